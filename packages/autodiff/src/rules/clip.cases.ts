import { apart, casesOf, floats, omitted } from '../testing/operator-case.ts';

export const operators = [
  casesOf('Clip', [
    { name: 'both limits', inputs: [apart([2, 4]), floats([], [-0.7]), floats([], [0.7])] },
    { name: 'only above', inputs: [apart([2, 4]), omitted, floats([], [0.5])] },
    { name: 'only below', inputs: [apart([2, 4]), floats([], [-0.5])] },
    { name: 'no limit', inputs: [apart([2, 4])] },
  ]),
];
