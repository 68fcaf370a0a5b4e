import type { AppError, Clock, Log, NewId } from '@tessera/base';
import type {
  JobPayload,
  JobRequest,
  NamedTensors,
  TaskEvent,
  TaskProgress,
  TaskTimings,
  TaskToken,
  TaskView,
} from '@tessera/contracts';
import type { Hosts } from './ports/hosts.ts';
import type { ApiKeys } from './ports/keys.ts';
import type { AdapterCatalogue, ModelCatalogue } from './ports/models.ts';
import type { Notice } from './ports/notices.ts';
import type { Statistics } from './ports/statistics.ts';
import type { ClaimedRow, Sweep, TaskCounts, TaskFilter, TaskOutcome } from './ports/task-store.ts';

export interface JobsConfig {
  readonly databaseUrl: string;
  /**
   * Null puts the queue and the notices into Postgres. Comma-separated nodes (`redis://a:1,redis://b:2`) mean
   * a cluster.
   */
  readonly redisUrl: string | null;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Log;
  /** Prefix of everything in Redis, so that two installations can share one; default "tessera". */
  readonly namespace?: string;
  readonly limits?: Partial<JobsLimits>;
}

/** Knobs with their defaults in limits.ts. */
export interface JobsLimits {
  /** A run whose host has not renewed its lease for so long is lost. */
  readonly leaseMs: number;
  /** Losses after which a task fails with WORKER_LOST. */
  readonly maxAttempts: number;
  /** How long a result is kept after the task's end. */
  readonly resultTimeToLiveMs: number;
  /** How long a row is kept after its task's end, so that its id answers "expired" and not "unknown". */
  readonly rowTimeToLiveMs: number;
  /** Bytes of a result's JSON and tensors together. Environment: MAX_RESULT_BYTES. */
  readonly maxResultBytes: number;
  /** A row may stand without its queue entry for so long before the reconciler looks. */
  readonly enqueueGraceMs: number;
  /** How often waiting callers look at their rows in case a notice was lost. */
  readonly safetyPollMs: number;
  /** How long a verb waits for a database that is away before it throws SERVICE_UNAVAILABLE. */
  readonly patienceMs: number;
  /** Postgres connections of this process. */
  readonly databaseConnections: number;
}

/** A task under way on this host. */
export interface ClaimedTask extends Omit<ClaimedRow, 'payload'> {
  readonly payload: JobPayload;
  /**
   * Aborts when the run no longer matters; the reason is an AbortReason. Whatever the handler returns
   * afterwards is dropped, so it should stop the work (kill it, if it must) and return.
   */
  readonly signal: AbortSignal;
  /** Tells a piece of generated text to whoever watches; nobody stores it. */
  token(token: TaskToken): void;
  /** Replaces the task's progress; cheap, grouped, may be dropped. */
  progress(progress: TaskProgress): void;
}

/**
 * cancelled: by a caller. lost: another host may have it by now. closing: the consumer ends and gives the
 * task back.
 */
export type AbortReason = 'cancelled' | 'lost' | 'closing';

/** How a run ended. `tensors` may come as safetensors bytes, as a model process sends them. */
export type RunEnd =
  | {
      readonly kind: 'succeeded';
      readonly result: {
        /** What is stored as JSON and never looked into here. */
        readonly fields: Readonly<Record<string, unknown>>;
        readonly tensors: NamedTensors | Uint8Array;
        readonly warnings: readonly string[];
      };
      readonly timings: TaskTimings;
    }
  | { readonly kind: 'failed'; readonly error: AppError; readonly timings?: TaskTimings }
  /**
   * Back to the queue; `counts: false` when the task is innocent (its batch-mate killed the process, the host
   * is closing).
   */
  | { readonly kind: 'retry'; readonly reason: string; readonly counts: boolean }
  /** Nobody wants its end: it was cancelled, and its row says so already. */
  | { readonly kind: 'dropped' };

/**
 * Runs one task. A rejection ends the task as failed (an AppError keeps its code, anything else becomes
 * INTERNAL).
 */
export type RunHandler = (task: ClaimedTask) => Promise<RunEnd>;

export interface WaitOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  readonly caller?: string | null;
}

export interface Consumer {
  setConcurrency(concurrency: number): void;
  /** Tasks under way here. */
  readonly running: number;
  /** False when jobs wait for it and it takes none, whatever is tried: its process should be replaced. */
  healthy(): boolean;
  /**
   * Takes no new tasks; after `graceMs` gives those under way back to the queue (their signals abort with
   * "closing").
   */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

/**
 * The async core. Gateways submit, read, wait, cancel, list and watch; hosts consume and reconcile.
 * `caller` (null for administrators) hides other callers' tasks: they look unknown.
 */
export interface Jobs {
  /**
   * Accepts a job: when this resolves the task is durable and will end in a final state, whatever happens.
   * Throws IDEMPOTENCY_CONFLICT, SERVICE_UNAVAILABLE. `created` is false when the idempotency key was seen
   * before.
   */
  submit(request: JobRequest): Promise<{ readonly taskId: string; readonly created: boolean }>;
  /**
   * Null when there is no such task of that caller. Works out the queue position while the task is queued.
   */
  read(taskId: string, caller?: string | null): Promise<TaskView | null>;
  /**
   * View and result in one look. A succeeded task without result has expired (410). Null when there is no
   * such task.
   */
  result(taskId: string, caller?: string | null): Promise<TaskOutcome | null>;
  /**
   * Resolves as soon as the task is final, or after `timeoutMs` or the signal's abort, with the view at that
   * time (queuePosition is null here); null when there is no such task.
   */
  wait(taskId: string, options: WaitOptions): Promise<TaskView | null>;
  /** As `wait`, with the result: the look that sees the task final brings it along. */
  waitResult(taskId: string, options: WaitOptions): Promise<TaskOutcome | null>;
  /** Ends a queued or running task. Throws TASK_UNKNOWN, and TASK_NOT_CANCELLABLE when it was final. */
  cancel(taskId: string, caller?: string | null): Promise<TaskView>;
  /** Newest first; `next` is the `before` of the following page. */
  list(filter: TaskFilter): Promise<{ readonly tasks: readonly TaskView[]; readonly next: string | null }>;
  /**
   * The task's life from event `afterEventId` + 1 on, then live, until it is final. Progress events carry the
   * id of the last step and are not replayed; nor are token events, the pieces of a text as they are made.
   * Throws TASK_UNKNOWN.
   */
  watch(
    taskId: string,
    options?: {
      readonly afterEventId?: number;
      readonly signal?: AbortSignal;
      readonly caller?: string | null;
    },
  ): AsyncIterable<TaskEvent>;
  /** Queued and running tasks by model, and in all. */
  counts(caller?: string | null): Promise<{
    readonly queued: number;
    readonly running: number;
    readonly models: readonly TaskCounts[];
  }>;

  /** Runs tasks of one model on this host (`host` is its name) until closed. */
  consume(
    model: string,
    options: { readonly host: string; readonly concurrency: number },
    handler: RunHandler,
  ): Promise<Consumer>;
  /**
   * One sweep: re-enqueue what the queue forgot or a host lost, expire, delete. Safe to run anywhere, at any
   * time, at once.
   */
  reconcileOnce(): Promise<Sweep & { readonly enqueued: number }>;
  /** reconcileOnce now and then every `everyMs`, until the returned function is called. */
  keepReconciled(options: { readonly everyMs: number }): () => Promise<void>;
  /** Every notice that reaches this process. */
  onNotice(listener: (notice: Notice) => void): () => void;

  readonly catalogue: ModelCatalogue;
  readonly adapters: AdapterCatalogue;
  readonly keys: ApiKeys;
  readonly hosts: Hosts;
  readonly statistics: Statistics;
  /**
   * Whether a task sent now would end: Postgres takes writes and the queue answers, both within two seconds,
   * and a host that lives serves. Never rejects.
   */
  health(): Promise<Readonly<Record<'database' | 'queue' | 'hosts', 'up' | 'down'>>>;
  /** Closes consumers, then connections. */
  close(): Promise<void>;
}
