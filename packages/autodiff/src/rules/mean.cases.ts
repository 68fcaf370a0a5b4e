import { casesOf, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('Mean', [{ name: 'three shapes', inputs: [normal([2, 3]), normal([3], 1), normal([1, 3], 2)] }]),
];
