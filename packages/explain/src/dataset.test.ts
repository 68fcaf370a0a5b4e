import { expect, it } from 'vitest';
import { aggregateEvaluations } from './dataset.ts';

it('averages each number over a dataset and counts nulls out', () => {
  const table = aggregateEvaluations([
    { tau_loo: 1, deletion: { area: 0.5, share: [0], probability: [1] } },
    { tau_loo: null, deletion: { area: 0.25, share: [0], probability: [1] } },
    { tau_loo: 0, deletion: { area: null, share: [0], probability: [1] } },
  ]);
  expect(table).toEqual({
    tau_loo: { mean: 0.5, std: 0.5, n: 2 },
    deletion: { mean: 0.375, std: 0.125, n: 2, share: [0], probability: [1], probabilityStd: [0] },
  });
});

it('averages curves share by share, leaving out those that a budget cut short', () => {
  const share = [0, 0.5, 1];
  const { deletion } = aggregateEvaluations([
    { deletion: { share, probability: [1, 0.5, 0], area: 0.5 } },
    { deletion: { share, probability: [0.5, 0.5, 0.5], area: 0.5 } },
    { deletion: { share, probability: [0.9], area: null } },
  ]);
  expect(deletion).toEqual({
    mean: 0.5,
    std: 0,
    n: 2,
    share,
    probability: [0.75, 0.5, 0.25],
    probabilityStd: [0.25, 0, 0.25],
  });
});

it('averages the randomisation check block by block, whatever was reached', () => {
  const { mprt } = aggregateEvaluations([
    { mprt: [1, 0.5] },
    { mprt: [0] },
    { mprt: null },
    { mprt: [null, 0] },
  ]);
  expect(mprt).toEqual([
    { mean: 0.5, std: 0.5, n: 2 },
    { mean: 0.25, std: 0.25, n: 2 },
  ]);
});
