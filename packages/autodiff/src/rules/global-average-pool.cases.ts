import { casesOf, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('GlobalAveragePool', [{ name: 'an image', inputs: [normal([2, 3, 4, 2])] }]),
];
