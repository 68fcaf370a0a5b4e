import { casesOf, floats, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('Sub', [
    { name: 'equal shapes', inputs: [normal([2, 3]), normal([2, 3], 1)] },
    { name: 'a row against a matrix', inputs: [normal([2, 3]), normal([3], 1)] },
    { name: 'a column against a row', inputs: [normal([2, 1]), normal([1, 3], 1)] },
    { name: 'a scalar against a matrix', inputs: [normal([]), normal([2, 3], 1)] },
    { name: 'varying lengths', inputs: [normal([2, 4, 3]), floats([3], [0.5, 1.5, 0.7])], varyingAxes: 2 },
    { name: 'a constant operand', inputs: [normal([2, 3]), floats([3], [1.5, -2, 0.5])] },
  ]),
];
