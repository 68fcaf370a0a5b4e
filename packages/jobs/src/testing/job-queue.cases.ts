import { eventually } from '@tessera/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Delivery, JobQueue } from '../ports/job-queue.ts';
import { model } from './jobs-under-test.ts';

export interface QueueUnderTest {
  readonly queue: JobQueue;
  /** Loses everything the queue holds. */
  flush(): Promise<void>;
}

/** What every JobQueue promises; it may lose everything, and deliver twice. */
export function describeJobQueue(name: string, make: () => Promise<QueueUnderTest>): void {
  describe(`the job queue on ${name}`, () => {
    let under: QueueUnderTest;
    let queue: JobQueue;
    beforeEach(async () => {
      under = await make();
      queue = under.queue;
    });
    afterEach(() => queue.close());

    const delivery = (taskId: string, change: Partial<Delivery> = {}): Delivery => ({
      taskId,
      model,
      attempt: 0,
      priority: 0,
      ...change,
    });

    it('delivers each task once, however often it is enqueued', async () => {
      const ids = Array.from({ length: 30 }, (_, i) => `task-${i}`);
      await queue.enqueue(ids.map((id) => delivery(id)));
      await queue.enqueue([delivery('task-3')]);
      const seen: string[] = [];
      await queue.consume(model, { concurrency: 4 }, async (taskId) => {
        seen.push(taskId);
      });
      await eventually('30 deliveries', () => seen.length >= 30);
      await eventually('an empty queue', async () => (await queue.waiting(model)) === 0);
      expect([...seen].sort()).toEqual([...ids].sort());
    });

    it('delivers by priority, then by age', async () => {
      const order = ['low', 'normal-1', 'high', 'normal-2', 'highest'];
      const priorities = [-10, 0, 5, 0, 10];
      for (const [i, id] of order.entries())
        await queue.enqueue([delivery(id, { priority: priorities[i]! })]);
      const seen: string[] = [];
      await queue.consume(model, { concurrency: 1 }, async (taskId) => {
        seen.push(taskId);
      });
      await eventually('5 deliveries', () => seen.length === 5);
      expect(seen).toEqual(['highest', 'high', 'normal-1', 'normal-2', 'low']);
    });

    it('knows what it does not know', async () => {
      const [one, two] = [delivery('one'), delivery('two')];
      await queue.enqueue([one]);
      expect(await queue.missing([one, two])).toEqual([two]);
      await under.flush();
      expect(await queue.missing([one, two])).toEqual([one, two]);
    });

    it('takes up work again after it was flushed under a waiting consumer', async () => {
      const seen: string[] = [];
      await queue.consume(model, { concurrency: 4 }, async (taskId) => {
        seen.push(taskId);
      });
      await queue.enqueue([delivery('before')]);
      await eventually('the first delivery', () => seen.includes('before'));
      await under.flush();
      await queue.enqueue([delivery('after')]);
      await eventually('the delivery after the flush', () => seen.includes('after'));
    });

    it('does not deliver what was removed', async () => {
      await queue.enqueue([delivery('gone'), delivery('stays')]);
      await queue.remove(delivery('gone'));
      await queue.remove(delivery('never there'));
      const seen: string[] = [];
      await queue.consume(model, { concurrency: 1 }, async (taskId) => {
        seen.push(taskId);
      });
      await eventually('the other delivery', () => seen.length > 0);
      expect(seen).toEqual(['stays']);
    });

    it('keeps models apart, whatever they are called', async () => {
      const names = ['a/b', 'c:d', 'e{f}g', 'h i', 'ü*?', 'UPPER.and_under-score'];
      const seen = new Map<string, string[]>(names.map((each) => [each, []]));
      await queue.enqueue(names.map((each, i) => delivery(`task-${i}`, { model: each })));
      for (const each of names)
        await queue.consume(each, { concurrency: 1 }, async (taskId) => {
          seen.get(each)!.push(taskId);
        });
      await eventually('one delivery each', () => [...seen.values()].every((ids) => ids.length === 1));
      expect([...seen.values()].flat()).toEqual(names.map((_, i) => `task-${i}`));
    });

    it('counts a rejected delivery as handled', async () => {
      const seen: string[] = [];
      await queue.enqueue([delivery('bad'), delivery('good')]);
      await queue.consume(model, { concurrency: 1 }, async (taskId) => {
        seen.push(taskId);
        if (taskId === 'bad') throw new Error('cannot handle this');
      });
      await eventually('both', () => seen.length === 2);
      expect(seen).toEqual(['bad', 'good']);
      await eventually(
        'the queue forgets it',
        async () => (await queue.missing([delivery('bad')])).length === 1,
      );
    });

    it('runs no more at once than it was told', async () => {
      let [active, most, done] = [0, 0, 0];
      await queue.enqueue(Array.from({ length: 24 }, (_, i) => delivery(`task-${i}`)));
      await queue.consume(model, { concurrency: 3 }, async () => {
        most = Math.max(most, ++active);
        await new Promise((resolve) => setImmediate(resolve));
        active--;
        done++;
      });
      await eventually('24 deliveries', () => done === 24);
      expect(most).toBeLessThanOrEqual(3);
    });

    it('delivers the second run of a task while the first is still held', async () => {
      const seen: string[] = [];
      let release = (): void => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      await queue.consume(model, { concurrency: 2 }, async (taskId) => {
        seen.push(taskId);
        if (seen.length === 1) await held;
      });
      await queue.enqueue([delivery('same')]);
      await eventually('the first run', () => seen.length === 1);
      await queue.enqueue([delivery('same', { attempt: 1 })]);
      await eventually('the second run', () => seen.length === 2);
      release();
      expect(seen).toEqual(['same', 'same']);
    });
  });
}
