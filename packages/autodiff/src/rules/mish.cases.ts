import { casesOf, normal } from '../testing/operator-case.ts';

export const operators = [casesOf('Mish', [{ name: 'a matrix', inputs: [normal([2, 3])], opset: 18 }])];
