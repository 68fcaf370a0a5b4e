import { casesOf, floats, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('ConvTranspose', [
    {
      name: 'one axis',
      inputs: [
        normal([2, 3, 5]),
        floats(
          [3, 2, 3],
          [
            -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1.0, 0.0, -1.0, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25,
            -0.75, 1.0,
          ],
        ),
        normal([2], 2),
      ],
    },
    {
      name: 'stride, padding and output padding',
      inputs: [
        normal([1, 2, 4]),
        floats([2, 2, 3], [-1.0, 0.25, -0.75, 0.5, -0.5, 0.75, -0.25, 1.0, 0.0, -1.0, 0.25, -0.75]),
      ],
      attributes: { strides: [2], pads: [1, 0], output_padding: [1] },
    },
  ]),
];
