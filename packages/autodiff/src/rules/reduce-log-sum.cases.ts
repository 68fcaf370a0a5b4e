import { between, casesOf, ints } from '../testing/operator-case.ts';

export const operators = [
  casesOf('ReduceLogSum', [
    { name: 'the last axis', inputs: [between(0.5, 2, [2, 3, 4])], attributes: { axes: [-1] } },
    {
      name: 'two axes, dropped',
      inputs: [between(0.5, 2, [2, 3, 4])],
      attributes: { axes: [0, 2], keepdims: 0 },
    },
    { name: 'all axes', inputs: [between(0.5, 2, [2, 3])], attributes: { keepdims: 0 } },
    { name: 'axes as an input', inputs: [between(0.5, 2, [2, 3, 4]), ints([1], [1])], opset: 18 },
    {
      name: 'varying lengths',
      inputs: [between(0.5, 2, [2, 3, 2])],
      attributes: { axes: [1], keepdims: 0 },
      varyingAxes: 2,
    },
  ]),
];
