import { casesOf, floats, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('CastLike', [{ name: 'to the type of another', inputs: [normal([2, 3]), floats([], [1])] }]),
];
