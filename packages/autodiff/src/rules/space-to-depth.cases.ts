import { casesOf, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('SpaceToDepth', [
    { name: 'blocks of 2', inputs: [normal([1, 2, 4, 6])], attributes: { blocksize: 2 } },
  ]),
];
