import { casesOf, ints, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('Tile', [
    { name: 'two axes', inputs: [normal([2, 3]), ints([2], [2, 3])] },
    { name: 'varying lengths', inputs: [normal([2, 3, 2]), ints([3], [1, 2, 3])], varyingAxes: 2 },
  ]),
];
