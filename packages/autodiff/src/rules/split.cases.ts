import { casesOf, ints, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('Split', [
    {
      name: 'listed lengths',
      inputs: [normal([2, 6]), ints([3], [1, 3, 2])],
      attributes: { axis: 1 },
      outputs: 3,
      of: [0, 1, 2],
    },
    { name: 'equal parts, one unused', inputs: [normal([6, 2])], outputs: 3, of: [0, 2] },
  ]),
];
