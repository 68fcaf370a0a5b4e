import { apart, between, casesOf, floats } from '../testing/operator-case.ts';

export const operators = [
  casesOf('Mod', [
    { name: 'remainder of a variable', inputs: [apart([2, 3]), floats([], [1.7])], attributes: { fmod: 1 } },
    {
      name: 'both vary',
      inputs: [between(3, 3.9, [2, 3]), between(1.4, 1.45, [3], 1)],
      attributes: { fmod: 1 },
    },
  ]),
];
