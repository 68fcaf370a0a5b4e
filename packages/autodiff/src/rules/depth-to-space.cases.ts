import { casesOf, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('DepthToSpace', [
    { name: 'DCR', inputs: [normal([1, 8, 2, 3])], attributes: { blocksize: 2 } },
    { name: 'CRD', inputs: [normal([2, 8, 2, 3])], attributes: { blocksize: 2, mode: 'CRD' } },
  ]),
];
