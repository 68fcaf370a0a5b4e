import { between, casesOf } from '../testing/operator-case.ts';

export const operators = [
  casesOf('Acosh', [
    { name: 'a matrix', inputs: [between(1.3, 3, [2, 3])] },
    { name: 'varying lengths', inputs: [between(1.3, 3, [2, 3, 2])], varyingAxes: 2 },
  ]),
];
