import type { WireError } from '@tessera/base';
import type {
  JobRequest,
  TaskEvent,
  TaskKind,
  TaskName,
  TaskProgress,
  TaskState,
  TaskTimings,
  TaskView,
} from '@tessera/contracts';
import type { Repeats } from '../availability/patient.ts';
import type { Delivery } from './job-queue.ts';

export interface NewTask {
  readonly taskId: string;
  readonly request: JobRequest;
  /** SHA-256 of what was asked, so that a reused idempotency key with another request is seen. */
  readonly fingerprint: string;
}

export type InsertOutcome =
  | { readonly kind: 'created'; readonly taskId: string }
  /** The caller used the same idempotency key for the same request before. */
  | { readonly kind: 'existing'; readonly taskId: string }
  | { readonly kind: 'conflict' };

/** Who claims, for how long, and what it runs already. */
export interface Lease {
  /** A host's name and its start, so that two hosts of one name are two owners. */
  readonly owner: string;
  readonly leaseMs: number;
  /** Tasks that this owner runs at the moment, as far as it knows. */
  readonly underWay: readonly string[];
}

/** A task as its host sees it. */
export interface ClaimedRow {
  readonly taskId: string;
  readonly model: string;
  readonly kind: TaskKind;
  readonly task: TaskName;
  /** 1 for the first run. With the id it is the fence: writes of an older attempt change nothing. */
  readonly attempt: number;
  readonly priority: number;
  readonly caller: string;
  /** As storedPayload of contracts wrote it, in this version or an older one. */
  readonly payload: string;
  /** From acceptance to this claim, by the store's clock, in milliseconds. */
  readonly queuedMs: number;
}

/** Names one run of one task. */
export interface Run {
  readonly taskId: string;
  readonly attempt: number;
}

/** A result as it is stored. */
export interface StoredResult {
  /** The form of the fields (contracts: resultVersion); older forms are read until they expire. */
  readonly version: number;
  /** The result's fields as JSON text. */
  readonly fieldsText: string;
  /** TaskResult.tensors as safetensors bytes; null when there are none. */
  readonly tensors: Uint8Array | null;
  readonly warnings: readonly string[];
}

/** A task and, once it has succeeded and until it expires, its result. */
export interface TaskOutcome {
  readonly view: TaskView;
  readonly result: StoredResult | null;
}

export interface Completion extends Run {
  readonly result: StoredResult;
  readonly timings: TaskTimings;
}

export interface Failure extends Run {
  readonly error: WireError;
  readonly timings: TaskTimings;
}

export interface TaskFilter {
  readonly model?: string;
  readonly task?: TaskName;
  readonly kind?: TaskKind;
  readonly state?: TaskState;
  /** null lists every caller's tasks. */
  readonly caller: string | null;
  /** A task id: only tasks older than it. */
  readonly before?: string;
  readonly limit: number;
}

/** A row as `watch` reads it. */
export interface TaskLife {
  readonly state: TaskState;
  readonly events: readonly TaskEvent[];
  readonly progress: TaskProgress | null;
}

export interface TaskCounts {
  readonly model: string;
  readonly queued: number;
  readonly running: number;
}

/** A task that a sweep ended. */
export interface Ended {
  readonly taskId: string;
  readonly model: string;
}

/** What one sweep of the store found and did. */
export interface Sweep {
  /** Running rows whose lease had ended, put back to queued. */
  readonly requeued: readonly Delivery[];
  /** Tasks that ended because their host was lost too often. */
  readonly lost: readonly Ended[];
  /** Queued tasks over their time to live. */
  readonly expired: readonly Ended[];
  /** Queued tasks whose model was removed. */
  readonly orphaned: readonly Ended[];
  /** Finished tasks whose result was deleted. */
  readonly resultsDeleted: number;
  /** Old rows deleted. */
  readonly rowsDeleted: number;
}

/**
 * The durable rows. Every time that is compared is the store's own clock, so that skewed machines agree.
 * Writes of a run carry its attempt and change nothing when the row has moved on; they return the runs that
 * were still theirs.
 */
export interface TaskStore {
  insert(tasks: readonly NewTask[]): Promise<readonly InsertOutcome[]>;
  /** queued → running for those of `taskIds` that are queued and not over their time to live. */
  /**
   * As well as those that run for this very owner and that it does not know of (`underWay`): an earlier claim
   * began them, and its answer was lost.
   */
  claim(taskIds: readonly string[], lease: Lease): Promise<readonly ClaimedRow[]>;
  complete(completions: readonly Completion[]): Promise<readonly Run[]>;
  fail(failures: readonly Failure[]): Promise<readonly Run[]>;
  /**
   * running → queued; `counts` says whether it counts as a loss. Over the limit of losses the task fails with
   * `error`.
   */
  release(
    runs: readonly Run[],
    options: { readonly counts: boolean; readonly reason: string; readonly error: WireError },
  ): Promise<{ readonly requeued: readonly Delivery[]; readonly failed: readonly Ended[] }>;
  progress(updates: readonly (Run & { readonly progress: TaskProgress })[]): Promise<void>;
  /** Prolongs the leases of `runs`; returns those that are still running under that attempt. */
  renew(runs: readonly Run[], leaseMs: number): Promise<readonly Run[]>;
  /**
   * queued or running → cancelled; returns the state before, or null when there is no such task of that
   * caller.
   */
  cancel(
    taskId: string,
    caller: string | null,
  ): Promise<{ readonly before: TaskState; readonly delivery: Delivery } | null>;

  read(
    taskIds: readonly string[],
    options: { readonly position: boolean },
  ): Promise<ReadonlyMap<string, TaskView>>;
  /** Views with their results, of those that exist. */
  readResults(taskIds: readonly string[]): Promise<ReadonlyMap<string, TaskOutcome>>;
  readLife(taskId: string): Promise<TaskLife | null>;
  /** Those of `taskIds` that are final or unknown. */
  settled(taskIds: readonly string[]): Promise<readonly string[]>;
  list(filter: TaskFilter): Promise<readonly TaskView[]>;
  /** Unfinished tasks by model; null counts every caller's. */
  counts(caller: string | null): Promise<readonly TaskCounts[]>;

  /** Ends the leases of one owner at once, when it is known to be dead. */
  forgetOwner(owner: string): Promise<number>;
  /**
   * `sparesLeases` leaves runs alone whose lease has ended: their hosts may not have been able to renew it.
   */
  sweep(options?: { readonly sparesLeases: boolean }): Promise<Sweep>;
  /** Queued rows older than `minAgeMs`, in pages ordered by id. */
  queuedDeliveries(options: {
    readonly minAgeMs: number;
    readonly after: string | null;
    readonly limit: number;
  }): Promise<readonly Delivery[]>;
}

/** Which verbs find or change nothing new when they run twice; the store's suite runs them twice. */
export const taskStoreRepeats: Repeats<TaskStore> = {
  // Finds its own row.
  insert: 'again',
  // Finds the runs that it began for this owner.
  claim: 'again',
  // Writes of a run are fenced by its attempt, and a second one finds what the first wrote.
  complete: 'again',
  fail: 'again',
  release: 'again',
  progress: 'again',
  renew: 'again',
  // A second one would report its own "cancelled" as the state before.
  cancel: 'once',
  read: 'again',
  readResults: 'again',
  readLife: 'again',
  settled: 'again',
  list: 'again',
  counts: 'again',
  forgetOwner: 'again',
  // What a lost answer would have told the queue, the next comparison of queue and rows finds.
  sweep: 'again',
  queuedDeliveries: 'again',
};
