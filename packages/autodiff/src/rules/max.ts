import { extremumGradients } from '../extremum.ts';
import { elementwise } from '../rule.ts';

/** y = max xᵢ ⇒ dxᵢ = dy where xᵢ = y, shared equally among ties as torch does. */
export const max = elementwise('Max', extremumGradients);
