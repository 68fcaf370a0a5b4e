import { casesOf, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('Flatten', [
    { name: 'from axis 1', inputs: [normal([2, 3, 4])] },
    { name: 'from axis 2', inputs: [normal([2, 3, 4])], attributes: { axis: 2 } },
  ]),
];
