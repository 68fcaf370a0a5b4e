import { casesOf, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('Exp', [
    { name: 'a matrix', inputs: [normal([2, 3])] },
    { name: 'varying lengths', inputs: [normal([2, 3, 2])], varyingAxes: 2 },
  ]),
];
