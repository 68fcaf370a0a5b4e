import { casesOf, floats, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('BatchNormalization', [
    {
      name: 'an image',
      inputs: [
        normal([2, 3, 4]),
        normal([3], 1),
        normal([3], 2),
        floats([3], [0.1, -0.2, 0.3]),
        floats([3], [1, 2, 0.5]),
      ],
    },
    {
      name: 'a matrix',
      inputs: [
        normal([4, 3]),
        normal([3], 1),
        normal([3], 2),
        floats([3], [0.1, -0.2, 0.3]),
        floats([3], [1, 2, 0.5]),
      ],
    },
  ]),
];
