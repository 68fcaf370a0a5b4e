import { casesOf, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('Gelu', [
    { name: 'exact', inputs: [normal([2, 5])], opset: 20 },
    { name: 'tanh', inputs: [normal([2, 5])], attributes: { approximate: 'tanh' }, opset: 20 },
  ]),
  casesOf('Gelu', [{ name: 'exact', inputs: [normal([2, 5])] }], 'com.microsoft'),
  casesOf('FastGelu', [{ name: 'tanh', inputs: [normal([2, 5])] }], 'com.microsoft'),
];
