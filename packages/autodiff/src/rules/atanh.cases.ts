import { between, casesOf } from '../testing/operator-case.ts';

export const operators = [
  casesOf('Atanh', [
    { name: 'a matrix', inputs: [between(-0.8, 0.8, [2, 3])] },
    { name: 'varying lengths', inputs: [between(-0.8, 0.8, [2, 3, 2])], varyingAxes: 2 },
  ]),
];
