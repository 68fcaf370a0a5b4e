import { expect, it } from 'vitest';
import { createBudget, shareOf } from './budget.ts';

function budgetOf(limits: { modelCalls: number; seconds: number }) {
  const time = { ms: 0 };
  const abort = new AbortController();
  return {
    time,
    abort,
    budget: createBudget({ limits, signal: abort.signal, monotonicMs: () => time.ms }),
  };
}

it('counts model calls down, and ends with its seconds', () => {
  const { budget, time } = budgetOf({ modelCalls: 10, seconds: 2 });
  budget.charge(4);
  expect([budget.used, budget.left, budget.spent]).toEqual([4, 6, false]);
  budget.charge(8);
  expect(budget.left).toBe(0);
  budget.markSpent();
  expect(budget.spent).toBe(true);
  const timed = budgetOf({ modelCalls: 10, seconds: 2 });
  timed.time.ms = 2000;
  expect(timed.budget.left).toBe(0);
  expect(time.ms).toBe(0);
});

it('hears of cancellation', () => {
  const { budget, abort } = budgetOf({ modelCalls: 1, seconds: 1 });
  expect(() => budget.checkCancelled()).not.toThrow();
  abort.abort();
  expect(() => budget.checkCancelled()).toThrow('cancelled');
});

it('is shared out in equal parts of what is left', () => {
  expect(shareOf({ model_calls: 10, seconds: 9 }, { calls: 3, seconds: 1, parts: 2 })).toEqual({
    modelCalls: 3,
    seconds: 4,
  });
  expect(shareOf({}, { calls: 3, seconds: 1, parts: 2 })).toEqual({
    modelCalls: Infinity,
    seconds: Infinity,
  });
});
