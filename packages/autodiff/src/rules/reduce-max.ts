import { reducedExtremum } from '../extremum.ts';
import { rule } from '../rule.ts';

/** y = max x ⇒ the elements that attain it share dy equally. */
export const reduceMax = rule('ReduceMax', reducedExtremum, { flows: [0] });
