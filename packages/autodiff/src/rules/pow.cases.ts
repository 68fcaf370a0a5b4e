import { between, casesOf, floats, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('Pow', [
    { name: 'a constant square', inputs: [normal([2, 3]), floats([], [2])] },
    { name: 'a constant cube', inputs: [normal([2, 3]), floats([], [3])] },
    { name: 'exponent one', inputs: [normal([2, 3]), floats([], [1])] },
    { name: 'a root', inputs: [between(0.5, 2, [2, 3]), floats([], [0.5])] },
    { name: 'exponents per column', inputs: [between(0.5, 2, [2, 3]), floats([3], [2, -1, 0.5])] },
    { name: 'both vary', inputs: [between(0.5, 2, [2, 3]), between(0.5, 2, [3], 1)] },
  ]),
];
