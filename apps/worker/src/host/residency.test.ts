import { manualClock, silentLog } from '@tessera/base';
import type { ModelEntry } from '@tessera/contracts';
import { describe, expect, it } from 'vitest';
import type { TaskOrder } from '../model-process/protocol.ts';
import type { TaskExit } from './held-tasks.ts';
import type { ReplicaMode } from './replica-mode.ts';
import type { Replica } from './replica-port.ts';
import { createResidency } from './residency.ts';

/** A replica in the hands of a test. */
interface Played extends Replica {
  mode: ReplicaMode;
  rssBytes: number;
  readonly cancelled: string[];
  end(taskId: string): void;
}

function play(): Played {
  const running = new Map<string, (exit: TaskExit) => void>();
  const cancelled: string[] = [];
  return {
    mode: 'ready',
    rssBytes: 100,
    cancelled,
    pid: 1,
    get busy() {
      return running.size;
    },
    run: ({ taskId }) => new Promise((resolve) => running.set(taskId, resolve)),
    cancel: (taskId) => cancelled.push(taskId),
    end(taskId) {
      running.get(taskId)!({ kind: 'cancelled' });
      running.delete(taskId);
    },
    setBatchSize: () => undefined,
    close: () => undefined,
  };
}

function setUp(limits: { readonly memoryLimitBytes?: number; readonly mostReplicas?: number } = {}) {
  const opened: Played[] = [];
  const residency = createResidency({
    clock: manualClock(),
    log: silentLog,
    memoryLimitBytes: limits.memoryLimitBytes ?? 10_000,
    mostReplicas: limits.mostReplicas ?? 8,
    idleMs: 60_000,
    open: () => Promise.resolve(opened[opened.push(play()) - 1]!),
    onUnload: () => undefined,
  });
  const model = (replicas: number) => ({ identifier: 'm', replicas }) as ModelEntry;
  const run = (taskId: string, replicas: number, signal = new AbortController().signal) =>
    residency.run(model(replicas), { taskId } as TaskOrder, signal);
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return { residency, opened, run, turn };
}

describe('residency', () => {
  it('opens processes one by one, each when all before it are loaded and in use', async () => {
    const { residency, opened, run, turn } = setUp();
    for (const id of ['a', 'b', 'c', 'd']) void run(id, 3);
    await turn();
    expect(opened).toHaveLength(1);
    opened[0]!.mode = 'loading';
    residency.tidy();
    expect(opened).toHaveLength(1);
    opened[0]!.mode = 'ready';
    residency.tidy();
    residency.tidy();
    await turn();
    expect(opened).toHaveLength(2);
    residency.tidy();
    await turn();
    expect(opened, 'the second has nothing to do').toHaveLength(2);
    void run('e', 3);
    await turn();
    expect(opened.map(({ busy }) => busy)).toEqual([4, 1]);
    for (let i = 0; i < 5; i++) {
      residency.tidy();
      await turn();
      void run(`f${i}`, 3);
      await turn();
    }
    expect(opened).toHaveLength(3);
  });

  it.each([
    ['cores', { mostReplicas: 2 }, 2],
    ['memory', { memoryLimitBytes: 350 }, 3],
  ])('opens no more than the %s of this host allow, whatever the entry asks for', async (_, limits, most) => {
    const { residency, opened, run, turn } = setUp(limits);
    for (let i = 0; i < 12; i++) {
      void run(`t${i}`, 64);
      await turn();
      residency.tidy();
      await turn();
    }
    expect(opened).toHaveLength(most);
  });

  it('tells a cancel to the process that has the task, and to no other', async () => {
    const { residency, opened, run, turn } = setUp();
    void run('a', 2);
    await turn();
    residency.tidy();
    await turn();
    const abort = new AbortController();
    void run('b', 2, abort.signal);
    await turn();
    abort.abort();
    expect(opened.map(({ cancelled }) => cancelled)).toEqual([[], ['b']]);
  });

  it('does not run a task that was cancelled while the model was on its way', async () => {
    const { opened, run } = setUp();
    const abort = new AbortController();
    const exit = run('a', 1, abort.signal);
    abort.abort();
    expect(await exit).toEqual({ kind: 'cancelled' });
    expect(opened[0]!.busy).toBe(0);
  });
});
