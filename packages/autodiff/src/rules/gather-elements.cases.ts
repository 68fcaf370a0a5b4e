import { casesOf, ints, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('GatherElements', [
    { name: 'columns', inputs: [normal([2, 4]), ints([2, 3], [0, 1, 1, 3, 0, 0])], attributes: { axis: 1 } },
    { name: 'rows', inputs: [normal([3, 2]), ints([2, 2], [0, 2, 2, 2])] },
  ]),
];
