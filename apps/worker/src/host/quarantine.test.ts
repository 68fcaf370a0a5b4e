import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createQuarantine, poisonousAfter } from './quarantine.ts';

/** Runs the protocol of a replica against a process that dies whenever a poisonous task runs. */
function simulate(
  batch: readonly number[],
  poisonous: ReadonlySet<number>,
): { failed: number[]; done: number[]; crashes: number } {
  const quarantine = createQuarantine<number>();
  const failed: number[] = [];
  const done: number[] = [];
  let crashes = 0;
  const run = (group: readonly number[]): void => {
    if (group.some((task) => poisonous.has(task))) {
      crashes++;
      failed.push(...quarantine.crashed(group, 'SIGSEGV'));
    } else {
      for (const task of group) quarantine.cleared(task);
      done.push(...group);
    }
  };
  run(batch);
  for (let group = quarantine.next(); group; group = quarantine.next()) run(group);
  return { failed, done, crashes };
}

describe('quarantine', () => {
  it('fails exactly the poisonous tasks and saves all others', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(50), { minLength: 1, maxLength: 32 }),
        fc.func(fc.boolean()),
        (batch, isPoison) => {
          const poisonous = new Set(batch.filter((task) => isPoison(task)));
          const { failed, done } = simulate(batch, poisonous);
          expect(new Set(failed)).toEqual(poisonous);
          expect([...failed, ...done].sort()).toEqual([...batch].sort());
        },
      ),
    );
  });

  it('finds one poisonous task among 32 within log2(32) halvings', () => {
    const batch = Array.from({ length: 32 }, (_, i) => i);
    expect(simulate(batch, new Set([13])).crashes).toBeLessThanOrEqual(5 + poisonousAfter('SIGSEGV'));
  });

  it('does not blame a task for a single kill', () => {
    const quarantine = createQuarantine<string>();
    expect(quarantine.crashed(['a'], 'SIGKILL')).toEqual([]);
    expect(quarantine.next()).toEqual(['a']);
    quarantine.cleared('a');
    expect(quarantine.size).toBe(0);
    expect(quarantine.crashed(['a'], 'SIGKILL')).toEqual([]);
  });
});
