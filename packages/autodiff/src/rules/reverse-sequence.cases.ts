import { casesOf, ints, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('ReverseSequence', [
    {
      name: 'batch first',
      inputs: [normal([3, 4, 2]), ints([3], [2, 4, 1])],
      attributes: { batch_axis: 0, time_axis: 1 },
    },
  ]),
];
