import { reducedExtremum } from '../extremum.ts';
import { rule } from '../rule.ts';

/** y = min x ⇒ the elements that attain it share dy equally. */
export const reduceMin = rule('ReduceMin', reducedExtremum, { flows: [0] });
