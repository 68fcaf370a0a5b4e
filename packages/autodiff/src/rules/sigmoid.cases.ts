import { casesOf, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('Sigmoid', [
    { name: 'a matrix', inputs: [normal([2, 3])] },
    { name: 'varying lengths', inputs: [normal([2, 3, 2])], varyingAxes: 2 },
  ]),
];
