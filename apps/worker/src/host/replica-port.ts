import type { Clock, Log, WireError } from '@tessera/base';
import type { Capability, TaskProgress, TaskToken } from '@tessera/contracts';
import type { BatchCounts, OpenOrder, TaskOrder } from '../model-process/protocol.ts';
import type { TaskExit } from './held-tasks.ts';
import type { SpawnModelChild } from './model-child.ts';
import type { ReplicaMode } from './replica-mode.ts';

/** What a replica tells its model. */
export interface ReplicaEvents {
  onReady(found: {
    readonly capabilities: readonly Capability[];
    readonly warnings: readonly string[];
    /** From the start of the process to its word that the model is open. */
    readonly loadMs: number;
  }): void;
  /** The process ended by itself and is started again. */
  onRestart(signal: string): void;
  /** Batches that ran since this was last told. */
  onBatches(batches: BatchCounts): void;
  onLoadFailed(error: WireError): void;
  onProgress(taskId: string, progress: TaskProgress): void;
  onToken(taskId: string, token: TaskToken): void;
}

/** What a replica is opened with. */
export interface ReplicaOptions {
  readonly order: OpenOrder;
  readonly spawn: SpawnModelChild;
  readonly clock: Clock;
  readonly log: Log;
  readonly events: ReplicaEvents;
  readonly taskTimeoutMs: number;
  /** A process that has not answered a cancel after so long is stuck and is killed. */
  readonly cancelGraceMs: number;
}

/**
 * One model process and the tasks it was given. It starts the process again when it dies, finds out which
 * task killed it (quarantine.ts), and answers every task exactly once.
 */
export interface Replica {
  /**
   * `arrivedMs` is when the task came to this host (monotonic clock): what it waits from then on is the
   * model's loading.
   */
  run(order: TaskOrder, arrivedMs?: number): Promise<TaskExit>;
  cancel(taskId: string): void;
  setBatchSize(batchSize: number): void;
  readonly mode: ReplicaMode;
  readonly busy: number;
  readonly rssBytes: number;
  readonly pid: number | null;
  /** Kills the process; tasks still inside are released. */
  close(): void;
}
