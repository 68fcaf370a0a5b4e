import { apart, casesOf, ints } from '../testing/operator-case.ts';

export const operators = [
  casesOf('TopK', [
    { name: 'the largest', inputs: [apart([2, 5]), ints([1], [2])], outputs: 2 },
    {
      name: 'the smallest of an inner axis',
      inputs: [apart([4, 3]), ints([1], [2])],
      attributes: { axis: 0, largest: 0 },
      outputs: 2,
    },
  ]),
];
