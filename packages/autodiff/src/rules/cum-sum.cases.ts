import { casesOf, ints, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('CumSum', [
    {
      name: 'exclusive 0, reverse 0',
      inputs: [normal([2, 4]), ints([], [1])],
      attributes: { exclusive: 0, reverse: 0 },
    },
    {
      name: 'exclusive 0, reverse 1',
      inputs: [normal([2, 4]), ints([], [1])],
      attributes: { exclusive: 0, reverse: 1 },
    },
    {
      name: 'exclusive 1, reverse 0',
      inputs: [normal([2, 4]), ints([], [1])],
      attributes: { exclusive: 1, reverse: 0 },
    },
    {
      name: 'exclusive 1, reverse 1',
      inputs: [normal([2, 4]), ints([], [1])],
      attributes: { exclusive: 1, reverse: 1 },
    },
  ]),
];
