import type { WireError } from '@tessera/base';
import type {
  Capability,
  JobPayload,
  ModelEntry,
  ResultFields,
  TaskProgress,
  TaskTimings,
  TaskToken,
} from '@tessera/contracts';

/**
 * What the worker host and a model process say to each other over the IPC channel of `fork` (advanced
 * serialization: typed arrays travel as bytes), several at once as an array (packed-channel.ts). The host
 * sends `open` once, then tasks; the process answers every task exactly once.
 */

export interface OpenOrder {
  readonly type: 'open';
  readonly model: ModelEntry;
  readonly folder: string;
  readonly cacheFolder: string;
  readonly threads: number;
  /** CUDA device to use; null for the CPU. */
  readonly gpu: number | null;
  readonly requireGpu: boolean;
  /** Hub host that adapters may be downloaded from; a null endpoint means the public hub. */
  readonly hub: { readonly endpoint: string | null; readonly token: string | null };
  readonly maxResultBytes: number;
  readonly generationCacheBytes: number;
}

export interface TaskOrder {
  readonly taskId: string;
  readonly attempt: number;
  readonly payload: JobPayload;
  /**
   * Folders of other deployed models that the payload names (an attack's similarity or fill-mask model), by
   * identifier.
   */
  readonly helpers?: Readonly<Record<string, string>>;
}

export type HostMessage =
  | OpenOrder
  | { readonly type: 'run'; readonly task: TaskOrder }
  | { readonly type: 'cancel'; readonly taskId: string }
  /** New limits; they hold from the next batch on. */
  | { readonly type: 'limits'; readonly batchSize: number }
  | { readonly type: 'ping'; readonly id: number };

/** A finished task; the tensors are safetensors bytes already, so that the host only passes them on. */
export interface TaskDone {
  readonly fields: ResultFields;
  readonly tensors: Uint8Array;
  readonly warnings: readonly string[];
  readonly timings: TaskTimings;
}

/** Batches of plain requests that a model process has run since it was started. */
export interface BatchCounts {
  readonly batches: number;
  readonly rows: number;
  /** Of the rows themselves. */
  readonly tokens: number;
  /** Rows × longest row, summed over the batches: what was computed. */
  readonly paddedTokens: number;
}

export type ModelMessage =
  | {
      readonly type: 'ready';
      readonly capabilities: readonly Capability[];
      readonly warnings: readonly string[];
    }
  | { readonly type: 'open-failed'; readonly error: WireError }
  /**
   * Members of the batch that runs next; flushed before it runs, so that the host knows the suspects of a
   * crash.
   */
  | { readonly type: 'batch'; readonly taskIds: readonly string[] }
  | { readonly type: 'done'; readonly taskId: string; readonly result: TaskDone }
  | { readonly type: 'failed'; readonly taskId: string; readonly error: WireError; readonly log: string }
  /** Answered at once, even while the task's batch still runs: its result will be dropped. */
  | { readonly type: 'cancelled'; readonly taskId: string }
  /** Everybody in the running batch is cancelled and the run does not end: only a kill can stop it. */
  | { readonly type: 'stuck' }
  | { readonly type: 'progress'; readonly taskId: string; readonly progress: TaskProgress }
  | { readonly type: 'token'; readonly taskId: string; readonly token: TaskToken }
  | {
      readonly type: 'pong';
      readonly id: number;
      readonly rssBytes: number;
      readonly batches: BatchCounts;
    };

/** What a message weighs on its way, roughly: only tensors and texts can be large. */
export function bytesOf(message: HostMessage | ModelMessage): number {
  switch (message.type) {
    case 'done':
      return message.result.tensors.byteLength;
    case 'run':
      return message.task.payload.input.reduce(
        (sum, text) => sum + (typeof text === 'string' ? text.length : text[0].length + text[1].length),
        0,
      );
    default:
      return 0;
  }
}
