import { casesOf, ints, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('ScatterND', [
    { name: 'rows overwritten', inputs: [normal([4, 3]), ints([2, 1], [2, 0]), normal([2, 3], 1)] },
    { name: 'elements overwritten', inputs: [normal([3, 3]), ints([2, 2], [0, 1, 2, 2]), normal([2], 1)] },
    {
      name: 'rows added',
      inputs: [normal([4, 3]), ints([2, 1], [2, 0]), normal([2, 3], 1)],
      attributes: { reduction: 'add' },
    },
  ]),
];
