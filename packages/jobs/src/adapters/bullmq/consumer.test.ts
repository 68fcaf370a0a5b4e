import { manualClock, silentLog } from '@tessera/base';
import { describe, expect, it } from 'vitest';
import type { BullWorker } from './backend.ts';
import { openQueueConsumer } from './consumer.ts';

/** Lets the promises between two timers settle. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

function consumerWith(waiting: () => number) {
  const clock = manualClock();
  const opened: { closed: boolean; take: (taskId: string) => Promise<void> }[] = [];
  const consumer = openQueueConsumer({
    name: 'queue',
    concurrency: 3,
    clock,
    log: silentLog,
    open(take, { concurrency }): BullWorker {
      const worker = { closed: false, take };
      opened.push(worker);
      return {
        concurrency: concurrency!,
        on: () => {},
        async close() {
          worker.closed = true;
        },
      };
    },
    handle: async () => {},
    waiting: async () => waiting(),
  });
  const pass = async (ms: number): Promise<void> => {
    for (let at = 0; at < ms; at += 1_000) {
      clock.advance(1_000);
      await settle();
    }
  };
  return { consumer, opened, pass };
}

describe('the watchdog of a consumer', () => {
  it('replaces a worker that stays idle while jobs wait', async () => {
    const { opened, pass, consumer } = consumerWith(() => 5);
    await pass(15_000);
    expect(opened.map((worker) => worker.closed)).toEqual([true, false]);
    await consumer.close();
    expect(opened.map((worker) => worker.closed)).toEqual([true, true]);
  });

  it('calls a consumer stuck whose new workers take nothing either, until one does', async () => {
    const { opened, pass, consumer } = consumerWith(() => 5);
    await pass(25_000);
    expect(consumer.isStuck).toBe(false);
    await pass(10_000);
    expect(consumer.isStuck).toBe(true);
    await opened.at(-1)!.take('task');
    expect(consumer.isStuck).toBe(false);
    await consumer.close();
  });

  it('leaves a worker alone that works, or has nothing to do', async () => {
    const busy = consumerWith(() => 5);
    for (let i = 0; i < 20; i++) {
      await busy.opened[0]!.take(`task-${i}`);
      await busy.pass(3_000);
    }
    expect(busy.opened).toHaveLength(1);
    const idle = consumerWith(() => 0);
    await idle.pass(60_000);
    expect(idle.opened).toHaveLength(1);
  });
});
