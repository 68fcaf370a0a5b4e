import { casesOf, floats, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('Concat', [
    {
      name: 'three parts',
      inputs: [normal([2, 1]), normal([2, 3], 1), normal([2, 2], 2)],
      attributes: { axis: 1 },
    },
    {
      name: 'one wanted part',
      inputs: [floats([2, 2], [1, 2, 3, 4]), normal([2, 3])],
      attributes: { axis: -1 },
    },
    { name: 'one part', inputs: [normal([2, 3])], attributes: { axis: 0 } },
    {
      name: 'varying lengths',
      inputs: [normal([2, 3, 2]), normal([2, 3, 2], 1)],
      attributes: { axis: 1 },
      varyingAxes: 2,
    },
  ]),
];
