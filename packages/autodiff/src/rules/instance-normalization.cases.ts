import { casesOf, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('InstanceNormalization', [
    { name: 'a sequence', inputs: [normal([2, 3, 5]), normal([3], 1), normal([3], 2)] },
    { name: 'an image', inputs: [normal([2, 2, 3, 4]), normal([2], 1), normal([2], 2)] },
  ]),
];
