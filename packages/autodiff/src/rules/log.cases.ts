import { between, casesOf } from '../testing/operator-case.ts';

export const operators = [
  casesOf('Log', [
    { name: 'a matrix', inputs: [between(0.5, 2, [2, 3])] },
    { name: 'varying lengths', inputs: [between(0.5, 2, [2, 3, 2])], varyingAxes: 2 },
  ]),
];
