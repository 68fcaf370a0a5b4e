import { casesOf, int32s, ints, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('Gather', [
    { name: 'a scalar index', inputs: [normal([2, 4, 3]), ints([], [1])], attributes: { axis: 1 } },
    { name: 'a negative index', inputs: [normal([2, 4, 3]), ints([], [-1])], attributes: { axis: 1 } },
    { name: 'repeated rows', inputs: [normal([4, 3]), ints([5], [0, 2, 2, -1, 0])] },
    {
      name: 'a matrix of indices',
      inputs: [normal([2, 4, 3]), ints([2, 3], [0, 1, 1, 3, 0, 2])],
      attributes: { axis: 1 },
    },
    { name: 'the last axis', inputs: [normal([2, 4]), ints([3], [1, 1, 0])], attributes: { axis: -1 } },
    { name: 'a vector', inputs: [normal([5]), ints([2, 2], [0, 1, 1, 4])] },
    { name: 'int32 indices', inputs: [normal([4, 3]), int32s([2], [3, 0])] },
    { name: 'a long table', inputs: [normal([5000, 1]), ints([3], [4999, 7, 7])] },
    {
      name: 'varying lengths',
      inputs: [normal([2, 4, 3]), ints([], [0])],
      attributes: { axis: 1 },
      varyingAxes: 2,
    },
  ]),
];
