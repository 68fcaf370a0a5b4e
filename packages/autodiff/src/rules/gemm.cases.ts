import { float } from '@tessera/onnx';
import { casesOf, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('Gemm', [
    {
      name: 'transA 0, transB 0',
      inputs: [normal([2, 3]), normal([3, 4], 1), normal([4], 2)],
      attributes: { transA: 0, transB: 0, alpha: float(0.5), beta: float(2) },
    },
    {
      name: 'transA 0, transB 1',
      inputs: [normal([2, 3]), normal([4, 3], 1), normal([4], 2)],
      attributes: { transA: 0, transB: 1, alpha: float(0.5), beta: float(2) },
    },
    {
      name: 'transA 1, transB 0',
      inputs: [normal([3, 2]), normal([3, 4], 1), normal([4], 2)],
      attributes: { transA: 1, transB: 0, alpha: float(0.5), beta: float(2) },
    },
    {
      name: 'transA 1, transB 1',
      inputs: [normal([3, 2]), normal([4, 3], 1), normal([4], 2)],
      attributes: { transA: 1, transB: 1, alpha: float(0.5), beta: float(2) },
    },
    { name: 'without a bias', inputs: [normal([2, 3]), normal([3, 4], 1)] },
    { name: 'a full bias', inputs: [normal([2, 3]), normal([3, 4], 1), normal([2, 4], 2)] },
  ]),
];
