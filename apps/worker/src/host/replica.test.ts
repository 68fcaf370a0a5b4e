import { manualClock, silentLog } from '@tessera/base';
import { describe, expect, it } from 'vitest';
import type { BatchCounts, OpenOrder, TaskDone, TaskOrder } from '../model-process/protocol.ts';
import { scriptedSpawn } from '../testing/scripted-child.ts';
import type { TaskExit } from './held-tasks.ts';
import { openReplica } from './replica.ts';

const result: TaskDone = {
  fields: { labels: [1], id2label: {} },
  tensors: new Uint8Array(),
  warnings: [],
  timings: {},
};
const none: BatchCounts = { batches: 0, rows: 0, tokens: 0, paddedTokens: 0 };
const order = { type: 'open', model: { identifier: 'm', batchSize: 8 } } as unknown as OpenOrder;
const task = (taskId: string, payload: object = {}): TaskOrder => ({
  taskId,
  attempt: 1,
  payload: payload as TaskOrder['payload'],
});

function setUp() {
  const { spawn, children } = scriptedSpawn();
  const clock = manualClock();
  const loadFailures: string[] = [];
  const batches: BatchCounts[] = [];
  const replica = openReplica({
    order,
    spawn,
    clock,
    log: silentLog,
    taskTimeoutMs: 60_000,
    cancelGraceMs: 500,
    events: {
      onReady: () => undefined,
      onLoadFailed: (error) => loadFailures.push(error.text),
      onRestart: () => undefined,
      onBatches: (counts) => batches.push(counts),
      onProgress: () => undefined,
      onToken: () => undefined,
    },
  });
  const ended = new Map<string, TaskExit>();
  const run = (...ids: string[]): void => {
    for (const id of ids) void replica.run(task(id)).then((outcome) => ended.set(id, outcome));
  };
  const child = () => children.at(-1)!;
  const ready = (): void => child().say({ type: 'ready', capabilities: [], warnings: [] });
  const done = (...ids: string[]): void => {
    for (const taskId of ids) child().say({ type: 'done', taskId, result });
  };
  const kinds = async (): Promise<Record<string, string>> => {
    await Promise.resolve();
    return Object.fromEntries([...ended].map(([id, outcome]) => [id, outcome.kind]));
  };
  return { replica, clock, children, child, run, ready, done, kinds, ended, loadFailures, batches };
}

describe('a replica', () => {
  it('starts its process with the first task and hands tasks out when the model is open', async () => {
    const { run, child, ready, done, kinds } = setUp();
    run('a', 'b');
    expect(child().tasks()).toEqual([]);
    ready();
    expect(child().tasks()).toEqual(['a', 'b']);
    done('b', 'a');
    expect(await kinds()).toEqual({ b: 'done', a: 'done' });
  });

  it('runs everything again after a kill, the members of the running batch first and alone', async () => {
    const { run, child, children, ready, done, kinds } = setUp();
    run('a', 'b', 'c');
    ready();
    child().say({ type: 'batch', taskIds: ['a', 'b'] });
    child().die('SIGKILL');
    expect(children).toHaveLength(2);
    ready();
    expect(child().tasks()).toEqual(['a']);
    done('a');
    expect(child().tasks()).toEqual(['b']);
    done('b');
    expect(child().tasks()).toEqual(['c']);
    done('c');
    expect(await kinds()).toEqual({ a: 'done', b: 'done', c: 'done' });
  });

  it('fails the task that kills the process each time, with its reason, and no other', async () => {
    const { run, child, clock, ready, done, kinds, ended } = setUp();
    run('good', 'bad', 'later');
    ready();
    child().say({ type: 'batch', taskIds: ['good', 'bad'] });
    for (let round = 0; round < 10 && !ended.has('bad'); round++) {
      child().die('SIGSEGV');
      clock.advance(2_000);
      ready();
      const given = child().tasks();
      if (given.includes('good')) {
        done('good');
        given.push(...child().tasks());
      }
      if (!given.includes('bad')) break;
      child().say({ type: 'batch', taskIds: ['bad'] });
    }
    await kinds();
    const bad = ended.get('bad');
    expect(bad?.kind === 'failed' && bad.error).toMatchObject({
      code: 'TASK_POISONOUS',
      detail: { signal: 'SIGSEGV' },
    });
    done('later');
    expect(await kinds()).toEqual({ good: 'done', bad: 'failed', later: 'done' });
  });

  it('kills a process that does not answer a cancel within half a second; the batch-mate runs again', async () => {
    const { replica, run, child, children, clock, ready, done, kinds } = setUp();
    run('a', 'mate');
    ready();
    child().say({ type: 'batch', taskIds: ['a', 'mate'] });
    replica.cancel('a');
    expect(child().heard.at(-1)).toEqual({ type: 'cancel', taskId: 'a' });
    clock.advance(499);
    expect(children).toHaveLength(1);
    clock.advance(1);
    expect(children).toHaveLength(2);
    ready();
    expect(child().tasks()).toEqual(['mate']);
    done('mate');
    expect(await kinds()).toEqual({ a: 'cancelled', mate: 'done' });
  });

  it('leaves a process alone that answers the cancel, and kills it when it says that nobody wants its batch', async () => {
    const { replica, run, child, children, clock, ready, kinds } = setUp();
    run('a');
    ready();
    child().say({ type: 'batch', taskIds: ['a'] });
    replica.cancel('a');
    child().say({ type: 'cancelled', taskId: 'a' });
    clock.advance(10_000);
    expect(children).toHaveLength(1);
    child().say({ type: 'stuck' });
    expect(children).toHaveLength(2);
    expect(await kinds()).toEqual({ a: 'cancelled' });
  });

  it('goes on when its process crashes before it has answered a cancel', async () => {
    const { replica, run, child, ready, done, kinds } = setUp();
    run('a', 'mate');
    ready();
    child().say({ type: 'batch', taskIds: ['a', 'mate'] });
    replica.cancel('a');
    child().die('SIGSEGV');
    ready();
    expect(child().tasks()).toEqual(['mate']);
    done('mate');
    run('b');
    expect(child().tasks()).toEqual(['b']);
    done('b');
    expect(await kinds()).toEqual({ a: 'cancelled', mate: 'done', b: 'done' });
  });

  it('tells how long a task waited for its model, and nothing of tasks that found it loaded', async () => {
    const { run, clock, ready, done, kinds, ended } = setUp();
    const loadMs = (id: string): unknown => {
      const exit = ended.get(id);
      return exit?.kind === 'done' ? exit.loadMs : exit;
    };
    run('a');
    clock.advance(300);
    run('b');
    clock.advance(1_200);
    ready();
    run('c');
    done('a', 'b', 'c');
    await kinds();
    expect(['a', 'b', 'c'].map(loadMs)).toEqual([1_500, 1_200, 0]);
  });

  it('ends a task that runs too long and saves its batch-mates', async () => {
    const { run, child, children, clock, ready, done, kinds } = setUp();
    run('endless', 'mate');
    ready();
    child().say({ type: 'batch', taskIds: ['endless', 'mate'] });
    clock.advance(60_000);
    expect(children).toHaveLength(2);
    ready();
    expect(child().tasks()).toEqual(['endless']);
    child().say({ type: 'batch', taskIds: ['endless'] });
    // A living process answers pings all the while.
    for (let i = 1; i <= 31; i++) {
      clock.advance(2_000);
      child().say({ type: 'pong', id: i, rssBytes: 0, batches: none });
    }
    child().say({ type: 'stuck' });
    ready();
    expect(child().tasks()).toEqual(['mate']);
    done('mate');
    expect(await kinds()).toEqual({ endless: 'failed', mate: 'done' });
  });

  it('lets a dataset run on as long as it makes progress', async () => {
    const { replica, child, clock, ready, ended } = setUp();
    const ids = ['dataset', 'text'];
    for (const id of ids)
      void replica
        .run(task(id, id === 'dataset' ? { evaluation: {} } : {}))
        .then((outcome) => ended.set(id, outcome));
    ready();
    for (const id of ids) child().say({ type: 'batch', taskIds: [id] });
    child().say({ type: 'batch', taskIds: [] });
    const progress = { done: 1, total: 9, note: '' };
    const wait = (seconds: number): void => {
      // A living process answers pings all the while.
      for (let i = 0; i < seconds; i += 1) {
        clock.advance(1_000);
        for (const message of child().heard)
          if (message.type === 'ping')
            child().say({ type: 'pong', id: message.id, rssBytes: 0, batches: none });
      }
    };
    wait(59);
    for (const taskId of ids) child().say({ type: 'progress', taskId, progress });
    wait(59);
    await Promise.resolve();
    expect([...ended].map(([id, { kind }]) => [id, kind])).toEqual([['text', 'failed']]);
    wait(2);
    await Promise.resolve();
    expect(ended.get('dataset')).toMatchObject({ kind: 'failed', error: { code: 'TASK_TIMED_OUT' } });
  });

  it('kills a process that has been silent for half a minute', () => {
    const { run, children, clock, ready } = setUp();
    run('a');
    ready();
    clock.advance(40_000);
    expect(children).toHaveLength(2);
  });

  it('fails waiting tasks with the reason when the model cannot be opened, and tries again for the next one', async () => {
    const { run, child, children, kinds, ended, loadFailures } = setUp();
    run('a');
    child().say({
      type: 'open-failed',
      error: { code: 'MODEL_LOAD_FAILED', detail: { model: 'm', reason: 'truncated' }, text: 'truncated' },
    });
    expect(await kinds()).toEqual({ a: 'failed' });
    expect(loadFailures).toEqual(['truncated']);
    run('b');
    expect(children).toHaveLength(2);
    expect(ended.has('b')).toBe(false);
  });

  it('outlives an operator who kills it again and again while it loads', async () => {
    const { run, child, children, clock, ready, done, kinds } = setUp();
    run('a');
    for (let kill = 1; kill <= 7; kill++) {
      child().die('SIGKILL');
      clock.advance(2_000);
      expect(children).toHaveLength(kill + 1);
    }
    ready();
    done(...child().tasks());
    expect(await kinds()).toEqual({ a: 'done' });
  });

  it('gives a model up that crashes each time it loads', async () => {
    const { run, child, clock, kinds, loadFailures } = setUp();
    run('a');
    for (let crash = 0; crash < 3; crash++) {
      child().die('SIGSEGV');
      clock.advance(2_000);
    }
    expect(await kinds()).toEqual({ a: 'failed' });
    expect(loadFailures[0]).toContain('SIGSEGV');
  });

  it('tells which batches are new, also when its process was started anew', async () => {
    const { run, child, ready, batches } = setUp();
    const pong = (id: number, rows: number): void =>
      child().say({
        type: 'pong',
        id,
        rssBytes: 0,
        batches: { batches: 1, rows, tokens: 8 * rows, paddedTokens: 9 * rows },
      });
    run('a');
    ready();
    pong(1, 2);
    pong(2, 5);
    child().die('SIGKILL');
    ready();
    pong(1, 3);
    expect(batches.map(({ rows }) => rows)).toEqual([2, 3, 3]);
  });

  it('gives tasks back when it is closed', async () => {
    const { replica, run, ready, kinds } = setUp();
    run('a');
    ready();
    replica.close();
    expect(await kinds()).toEqual({ a: 'released' });
  });
});
