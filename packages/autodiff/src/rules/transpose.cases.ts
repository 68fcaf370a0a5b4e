import { casesOf, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('Transpose', [
    { name: 'reversed', inputs: [normal([2, 3, 4])] },
    { name: 'a permutation', inputs: [normal([2, 3, 4, 2])], attributes: { perm: [2, 0, 3, 1] } },
  ]),
];
