import { casesOf, ints, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('Reshape', [
    { name: 'to a matrix', inputs: [normal([2, 3, 4]), ints([2], [6, 4])] },
    { name: 'varying lengths', inputs: [normal([2, 3, 4]), ints([2], [-1, 4])], varyingAxes: 2 },
  ]),
];
