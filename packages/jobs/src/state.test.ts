import { AppError, newIdFrom, silentLog, systemClock, toWireError } from '@tessera/base';
import { finalStates, isFinal, type TaskState, taskStates } from '@tessera/contracts';
import { startTestPostgres, type TestPostgres } from '@tessera/testkit';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from './adapters/postgres/migrate.ts';
import { createPostgresTaskStore } from './adapters/postgres/task-store.ts';
import { defaultLimits } from './limits.ts';
import type { TaskStore } from './ports/task-store.ts';
import { canMove, sourcesOf, transitions } from './state.ts';
import { request } from './testing/jobs-under-test.ts';

describe('the table of transitions', () => {
  it('has every state, and nothing leaves a final one', () => {
    expect(Object.keys(transitions).sort()).toEqual([...taskStates].sort());
    expect(taskStates.filter((state) => transitions[state].length === 0)).toEqual([...finalStates]);
    expect(taskStates.filter(isFinal)).toEqual([...finalStates]);
  });

  it('reaches a final state from everywhere, and every state from queued', () => {
    const reach = (from: TaskState, seen = new Set<TaskState>()): Set<TaskState> => {
      if (!seen.has(from)) {
        seen.add(from);
        for (const to of transitions[from]) reach(to, seen);
      }
      return seen;
    };
    for (const state of taskStates) expect([...reach(state)].some(isFinal)).toBe(true);
    expect(reach('queued').size).toBe(taskStates.length);
  });

  it('reads the same in both directions', () => {
    for (const from of taskStates)
      for (const to of taskStates) expect(sourcesOf(to).includes(from)).toBe(canMove(from, to));
  });
});

describe('whatever is done to tasks, in whatever order', () => {
  let postgres: TestPostgres;
  let pool: pg.Pool;
  const newId = newIdFrom(systemClock.now);
  const error = toWireError(new AppError('WORKER_LOST', { detail: { attempts: 3 } }));
  const result = { version: 2, fieldsText: '{}', tensors: null, warnings: [] };

  beforeAll(async () => {
    postgres = await startTestPostgres();
    pool = new pg.Pool({ connectionString: postgres.url, max: 4 });
    await migrate({ pool, newId, log: silentLog });
  });
  afterAll(async () => {
    await pool.end();
    await postgres.stop();
  });

  type Step = (store: TaskStore, taskId: string, attempt: number) => Promise<unknown>;
  const steps: Readonly<Record<string, Step>> = {
    claim: (store, id) => store.claim([id], { owner: 'h', leaseMs: 60_000, underWay: [] }),
    complete: (store, taskId, attempt) => store.complete([{ taskId, attempt, result, timings: {} }]),
    fail: (store, taskId, attempt) => store.fail([{ taskId, attempt, error, timings: {} }]),
    release: (store, taskId, attempt) =>
      store.release([{ taskId, attempt }], { counts: true, reason: 'x', error }),
    cancel: (store, id) => store.cancel(id, null),
    loseHost: async (store, id) => {
      await pool.query(`update task set lease_until = now() - interval '1 second' where id = $1`, [id]);
      await store.sweep();
    },
    expire: async (store, id) => {
      await pool.query(`update task set queue_deadline = now() - interval '1 second' where id = $1`, [id]);
      await store.sweep();
    },
    zombie: (store, taskId, attempt) =>
      store.complete([{ taskId, attempt: attempt - 1, result, timings: {} }]),
  };

  it('moves only along the table, and the events say how', async () => {
    const store = createPostgresTaskStore(pool, defaultLimits);
    await pool.query(
      `insert into model (identifier, normal_form, source, model_type, model_name, model_class, labels, batch_size,
         max_input, disable_gpu, return_plaintext_arrays, onnx_use_quantized, is_encoder_decoder, preloaded_adapters,
         owner, replicas, state)
       values ('m', 'tessera-test-model', '{}', 'onnx', 'm', 'base', '{}', 1, 1, true, false, false, false, false, 'o', 1, 'ready')`,
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...Object.keys(steps)), { minLength: 1, maxLength: 12 }),
        async (names) => {
          const taskId = newId();
          await store.insert([{ taskId, request: request('a'), fingerprint: '' }]);
          let { state, attempt } = (await store.read([taskId], { position: false })).get(taskId)!;
          for (const name of names) {
            await steps[name]!(store, taskId, attempt);
            const next = (await store.read([taskId], { position: false })).get(taskId)!;
            if (next.state !== state)
              expect([state, name, next.state, canMove(state, next.state)]).toContain(true);
            else if (isFinal(state)) expect(next).toMatchObject({ attempt });
            ({ state, attempt } = next);
          }
          const { events } = (await store.readLife(taskId))!;
          expect(events.map((event) => event.id)).toEqual(events.map((_, i) => i + 1));
          const visited = events.map(({ type }) => (type === 'retry' ? 'queued' : (type as TaskState)));
          for (const [i, to] of visited.entries())
            expect(i === 0 ? to === 'queued' : canMove(visited[i - 1]!, to)).toBe(true);
          expect(visited.at(-1)).toBe(state);
        },
      ),
      { numRuns: 60, seed: 20_261_122 },
    );
  });
});
