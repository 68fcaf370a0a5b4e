import { casesOf, ints, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('GatherND', [
    { name: 'elements', inputs: [normal([3, 4]), ints([3, 2], [0, 1, 2, 3, 0, 1])] },
    { name: 'rows', inputs: [normal([2, 3, 4]), ints([3, 2], [0, 1, 1, -1, 0, 1])] },
    { name: 'a list of tuples', inputs: [normal([3, 4]), ints([2, 2, 1], [0, 2, 2, 1])] },
  ]),
];
