import { extremumGradients } from '../extremum.ts';
import { elementwise } from '../rule.ts';

/** y = min xᵢ ⇒ dxᵢ = dy where xᵢ = y, shared equally among ties as torch does. */
export const min = elementwise('Min', extremumGradients);
