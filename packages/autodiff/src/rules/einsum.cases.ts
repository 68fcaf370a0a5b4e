import { casesOf, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('Einsum', [
    {
      name: 'a product of matrices',
      inputs: [normal([2, 3]), normal([3, 4], 1)],
      attributes: { equation: 'ij,jk->ik' },
    },
    {
      name: 'attention scores',
      inputs: [normal([2, 3, 2, 4]), normal([2, 5, 2, 4], 1)],
      attributes: { equation: 'bind,bjnd->bnij' },
    },
    {
      name: 'a letter summed in one operand',
      inputs: [normal([2, 3]), normal([3], 1)],
      attributes: { equation: 'ij,j->j' },
    },
    {
      name: 'an ellipsis',
      inputs: [normal([2, 3, 4]), normal([2, 4, 5], 1)],
      attributes: { equation: '...ij,...jk->...ik' },
    },
    {
      name: 'a broadcast letter',
      inputs: [normal([1, 3]), normal([2, 3], 1)],
      attributes: { equation: 'ij,ij->ij' },
    },
    { name: 'a sum of everything', inputs: [normal([2, 3])], attributes: { equation: 'ij->' } },
    {
      name: 'three operands',
      inputs: [normal([2, 3]), normal([3, 4], 1), normal([4], 2)],
      attributes: { equation: 'ij,jk,k->i' },
    },
    { name: 'no arrow', inputs: [normal([2, 3]), normal([3, 4], 1)], attributes: { equation: 'ij,jk' } },
  ]),
];
