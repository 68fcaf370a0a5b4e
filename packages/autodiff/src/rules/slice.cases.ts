import { casesOf, ints, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('Slice', [
    { name: 'one axis', inputs: [normal([5, 3]), ints([1], [1]), ints([1], [4]), ints([1], [0])] },
    {
      name: 'counted from the end',
      inputs: [normal([5, 3]), ints([1], [-3]), ints([1], [-1]), ints([1], [0])],
    },
    { name: 'to the end', inputs: [normal([5, 3]), ints([1], [2]), ints([1], [2 ** 31]), ints([1], [0])] },
    { name: 'two axes', inputs: [normal([5, 4]), ints([2], [1, 2]), ints([2], [4, 4])] },
    {
      name: 'a step',
      inputs: [normal([7, 2]), ints([1], [1]), ints([1], [7]), ints([1], [0]), ints([1], [2])],
    },
    {
      name: 'backwards',
      inputs: [normal([5, 2]), ints([1], [-1]), ints([1], [-100]), ints([1], [0]), ints([1], [-1])],
    },
    {
      name: 'a step and a plain cut',
      inputs: [normal([6, 4]), ints([2], [0, 1]), ints([2], [6, 3]), ints([2], [0, 1]), ints([2], [3, 1])],
    },
    {
      name: 'varying lengths',
      inputs: [normal([2, 3, 2]), ints([2], [0, -2]), ints([2], [2 ** 31, -1]), ints([2], [0, 1])],
      varyingAxes: 2,
    },
  ]),
];
