import { bools, casesOf, floats, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('Where', [
    { name: 'equal shapes', inputs: [bools([2, 3], [1, 0, 1, 0, 0, 1]), normal([2, 3]), normal([2, 3], 1)] },
    { name: 'a condition per row', inputs: [bools([2, 1], [1, 0]), normal([2, 3]), normal([3], 1)] },
    {
      name: 'a constant filler',
      inputs: [bools([2, 3], [1, 0, 1, 0, 0, 1]), floats([], [0]), normal([2, 3])],
    },
  ]),
];
