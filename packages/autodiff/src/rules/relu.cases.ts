import { apart, casesOf } from '../testing/operator-case.ts';

export const operators = [
  casesOf('Relu', [
    { name: 'a matrix', inputs: [apart([2, 3])] },
    { name: 'varying lengths', inputs: [apart([2, 3, 2])], varyingAxes: 2 },
  ]),
];
