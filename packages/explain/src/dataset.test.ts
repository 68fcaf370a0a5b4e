import { expect, it } from 'vitest';
import { aggregateEvaluations } from './dataset.ts';

it('averages each number over a dataset and counts nulls out', () => {
  const table = aggregateEvaluations([
    { tau_loo: 1, deletion: { area: 0.5, share: [0] }, mprt: [1, 2] },
    { tau_loo: null, deletion: { area: 0.25, share: [0] }, mprt: null },
    { tau_loo: 0, deletion: { area: null, share: [0] } },
  ]);
  expect(table).toEqual({
    tau_loo: { mean: 0.5, std: 0.5, n: 2 },
    deletion: { mean: 0.375, std: 0.125, n: 2 },
  });
});
