import { casesOf, ints, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('Trilu', [
    { name: 'upper', inputs: [normal([3, 4])] },
    { name: 'lower, shifted', inputs: [normal([2, 3, 3]), ints([], [1])], attributes: { upper: 0 } },
  ]),
];
