import { casesOf, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('Softmax', [
    { name: 'the last axis', inputs: [normal([2, 3, 4])] },
    { name: 'an inner axis', inputs: [normal([2, 3, 4])], attributes: { axis: 1 } },
    { name: 'varying lengths', inputs: [normal([2, 4, 4])], varyingAxes: 2 },
  ]),
];
