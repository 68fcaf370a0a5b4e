import { casesOf, ints, normal, omitted } from '../testing/operator-case.ts';

export const operators = [
  casesOf('Pad', [
    { name: 'zeros', inputs: [normal([2, 3]), ints([4], [1, 0, 0, 2])] },
    { name: 'cut by negative amounts', inputs: [normal([4, 3]), ints([4], [-1, 0, -1, 1])] },
    { name: 'reflected', inputs: [normal([2, 5]), ints([4], [0, 2, 0, 1])], attributes: { mode: 'reflect' } },
    {
      name: 'the edge repeated',
      inputs: [normal([3, 4]), ints([4], [1, 2, 2, 0])],
      attributes: { mode: 'edge' },
    },
    { name: 'listed axes', inputs: [normal([2, 3]), ints([2], [1, 2]), omitted, ints([1], [1])], opset: 18 },
  ]),
];
