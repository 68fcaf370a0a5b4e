import { casesOf, ints, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('ReduceSumSquare', [
    { name: 'the last axis', inputs: [normal([2, 3, 4])], attributes: { axes: [-1] } },
    { name: 'two axes, dropped', inputs: [normal([2, 3, 4])], attributes: { axes: [0, 2], keepdims: 0 } },
    { name: 'all axes', inputs: [normal([2, 3])], attributes: { keepdims: 0 } },
    { name: 'axes as an input', inputs: [normal([2, 3, 4]), ints([1], [1])], opset: 18 },
    {
      name: 'varying lengths',
      inputs: [normal([2, 3, 2])],
      attributes: { axes: [1], keepdims: 0 },
      varyingAxes: 2,
    },
  ]),
];
