import { casesOf, ints, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('Unsqueeze', [{ name: 'two axes', inputs: [normal([2, 3]), ints([2], [0, 3])] }]),
];
