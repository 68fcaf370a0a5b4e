import { AppError, type NewId, toWireError } from '@tessera/base';
import { beforeEach } from 'vitest';
import type { NewTask, StoredResult, TaskOutcome, TaskStore } from '../ports/task-store.ts';
import { request } from './jobs-under-test.ts';

/** A store to test, empty, with one registered model, and a way to let its time pass. */
export interface StoreUnderTest {
  readonly store: TaskStore;
  readonly newId: NewId;
  /** Moves every time in the rows of these tasks into the past by `ms`. */
  age(taskIds: readonly string[], ms: number): Promise<void>;
  readonly maxAttempts: number;
  readonly resultTimeToLiveMs: number;
  readonly rowTimeToLiveMs: number;
}

/** A store for each test of a suite, and the short words its tests speak in. */
export interface StoreBench {
  readonly under: StoreUnderTest;
  readonly store: TaskStore;
  task(text: string, change?: Parameters<typeof request>[1], fingerprint?: string): NewTask;
  /** Ids of new tasks, one for each text. */
  inserted(...texts: readonly string[]): Promise<string[]>;
  /** The same, running. */
  claimed(...texts: readonly string[]): Promise<string[]>;
  result(text: string, tensors?: Uint8Array | null): StoredResult;
  state(taskId: string): Promise<string | undefined>;
  outcome(taskId: string): Promise<TaskOutcome | null>;
}

export const lease = { owner: 'host-1', leaseMs: 60_000, underWay: [] };
export const lostError = toWireError(new AppError('WORKER_LOST', { detail: { attempts: 3 } }));

/** Call inside a `describe`. */
export function createStoreBench(make: () => Promise<StoreUnderTest>): StoreBench {
  let under: StoreUnderTest;
  let store: TaskStore;
  beforeEach(async () => {
    under = await make();
    store = under.store;
  });

  const task: StoreBench['task'] = (text, change = {}, fingerprint = text) => ({
    taskId: under.newId(),
    request: request(text, change),
    fingerprint,
  });
  const inserted: StoreBench['inserted'] = async (...texts) => {
    const tasks = texts.map((text) => task(text));
    await store.insert(tasks);
    return tasks.map((one) => one.taskId);
  };
  return {
    get under() {
      return under;
    },
    get store() {
      return store;
    },
    task,
    inserted,
    async claimed(...texts) {
      const ids = await inserted(...texts);
      await store.claim(ids, lease);
      return ids;
    },
    result: (text, tensors = null) => ({
      version: 2,
      fieldsText: JSON.stringify({ text }),
      tensors,
      warnings: [],
    }),
    state: async (taskId) => (await store.read([taskId], { position: false })).get(taskId)?.state,
    outcome: async (taskId) => (await store.readResults([taskId])).get(taskId) ?? null,
  };
}
