import { apart, casesOf, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('PRelu', [
    { name: 'a slope per column', inputs: [apart([2, 3]), normal([3])] },
    { name: 'one slope', inputs: [apart([2, 3]), normal([1])] },
  ]),
];
