import { casesOf, floats, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('MatMul', [
    { name: 'matrices', inputs: [normal([2, 3]), normal([3, 4], 1)] },
    { name: 'a batch against one matrix', inputs: [normal([2, 5, 3]), normal([3, 4], 1)] },
    { name: 'two batches', inputs: [normal([2, 5, 3]), normal([2, 3, 4], 1)] },
    { name: 'a batch that is broadcast', inputs: [normal([2, 1, 5, 3]), normal([4, 3, 2], 1)] },
    { name: 'a matrix against a batch', inputs: [normal([5, 3]), normal([2, 3, 4], 1)] },
    { name: 'a vector on the left', inputs: [normal([3]), normal([2, 3, 4], 1)] },
    { name: 'a vector on the right', inputs: [normal([2, 4, 3]), normal([3], 1)] },
    { name: 'two vectors', inputs: [normal([3]), normal([3], 1)] },
    { name: 'a matrix and a vector', inputs: [normal([4, 3]), normal([3], 1)] },
    {
      name: 'varying batch and length',
      inputs: [normal([2, 4, 3]), floats([3, 2], [1, 2, 3, 4, 5, 6])],
      varyingAxes: 2,
    },
  ]),
];
