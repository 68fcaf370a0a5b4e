import { casesOf, ints, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('ScatterElements', [
    { name: 'overwritten', inputs: [normal([3, 3]), ints([2, 3], [1, 0, 2, 0, 2, 1]), normal([2, 3], 1)] },
    {
      name: 'added',
      inputs: [normal([3, 3]), ints([2, 3], [1, 0, 2, 0, 0, 1]), normal([2, 3], 1)],
      attributes: { axis: 1, reduction: 'add' },
    },
  ]),
];
