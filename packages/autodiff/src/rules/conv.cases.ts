import { casesOf, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('Conv', [
    { name: 'one axis', inputs: [normal([2, 3, 7]), normal([4, 3, 3], 1), normal([4], 2)] },
    { name: 'padding', inputs: [normal([2, 3, 7]), normal([4, 3, 3], 1)], attributes: { pads: [1, 2] } },
    {
      name: 'a stride that leaves elements over',
      inputs: [normal([2, 2, 8]), normal([3, 2, 3], 1)],
      attributes: { strides: [2], pads: [1, 1] },
    },
    {
      name: 'dilation',
      inputs: [normal([1, 2, 9]), normal([3, 2, 3], 1)],
      attributes: { dilations: [2], pads: [1, 0], strides: [2] },
    },
    {
      name: 'depthwise',
      inputs: [normal([2, 4, 6]), normal([4, 1, 3], 1), normal([4], 2)],
      attributes: { group: 4, pads: [1, 1] },
    },
    { name: 'groups', inputs: [normal([2, 4, 6]), normal([6, 2, 3], 1)], attributes: { group: 2 } },
    {
      name: 'an image',
      inputs: [normal([1, 2, 6, 7]), normal([3, 2, 3, 2], 1), normal([3], 2)],
      attributes: { strides: [2, 3], pads: [1, 0, 1, 1] },
    },
    {
      name: 'SAME_UPPER',
      inputs: [normal([1, 2, 7]), normal([3, 2, 4], 1)],
      attributes: { auto_pad: 'SAME_UPPER', strides: [2] },
    },
    {
      name: 'SAME_LOWER',
      inputs: [normal([1, 2, 7]), normal([3, 2, 4], 1)],
      attributes: { auto_pad: 'SAME_LOWER' },
    },
    { name: 'VALID', inputs: [normal([1, 2, 7]), normal([3, 2, 4], 1)], attributes: { auto_pad: 'VALID' } },
    {
      name: 'padding beyond the kernel',
      inputs: [normal([1, 2, 5]), normal([3, 2, 1], 1)],
      attributes: { pads: [2, 1] },
    },
  ]),
];
