import { between, casesOf, floats } from '../testing/operator-case.ts';

export const operators = [
  casesOf('Div', [
    { name: 'equal shapes', inputs: [between(0.5, 2, [2, 3]), between(0.5, 2, [2, 3], 1)] },
    { name: 'a row against a matrix', inputs: [between(0.5, 2, [2, 3]), between(0.5, 2, [3], 1)] },
    { name: 'a column against a row', inputs: [between(0.5, 2, [2, 1]), between(0.5, 2, [1, 3], 1)] },
    { name: 'a scalar against a matrix', inputs: [between(0.5, 2, []), between(0.5, 2, [2, 3], 1)] },
    {
      name: 'varying lengths',
      inputs: [between(0.5, 2, [2, 4, 3]), floats([3], [0.5, 1.5, 0.7])],
      varyingAxes: 2,
    },
    { name: 'a constant operand', inputs: [between(0.5, 2, [2, 3]), floats([3], [1.5, -2, 0.5])] },
  ]),
];
