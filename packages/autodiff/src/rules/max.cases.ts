import { apart, casesOf, floats } from '../testing/operator-case.ts';

export const operators = [
  casesOf('Max', [
    { name: 'two matrices', inputs: [apart([2, 3]), apart([2, 3], 1)] },
    { name: 'three shapes', inputs: [apart([2, 3]), apart([3], 1), apart([], 2)] },
    { name: 'one operand', inputs: [apart([2, 3])] },
    { name: 'a constant bound', inputs: [apart([2, 3]), floats([], [0.1])] },
  ]),
];
