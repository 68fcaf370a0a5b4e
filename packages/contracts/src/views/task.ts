import type { WireError } from '@tessera/base';
import type { TaskKind, TaskName, TaskState } from '../names.ts';
import type { JobPayload } from '../payload/payload.ts';
import type { TaskTimings } from '../results/result.ts';

/** What a dialect hands to `submit`. */
export interface JobRequest {
  readonly model: string;
  readonly kind: TaskKind;
  readonly payload: JobPayload;
  /** 0 is normal; larger runs earlier. From -10 to 10. */
  readonly priority: number;
  readonly idempotencyKey: string | null;
  /** Who asked: the key's id, or "local" when keys are off. */
  readonly caller: string;
  /** Time to live in the queue, in milliseconds; null waits for ever. */
  readonly timeToLiveMs: number | null;
}

/** A task as callers may see it; times are ISO 8601 strings. */
export interface TaskView {
  readonly taskId: string;
  readonly model: string;
  readonly task: TaskName;
  readonly kind: TaskKind;
  readonly state: TaskState;
  readonly attempt: number;
  readonly priority: number;
  readonly caller: string;
  /** Tasks of the same model that run before this one; null once it runs. */
  readonly queuePosition: number | null;
  readonly progress: TaskProgress | null;
  readonly error: WireError | null;
  readonly timings: TaskTimings;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  /** After this the result is gone. */
  readonly expiresAt: string | null;
}

export interface TaskProgress {
  readonly done: number;
  readonly total: number | null;
  readonly note: string;
}

/** A piece of generated text, told while the task runs: whole characters only. Never stored; the result holds the whole text. */
export interface TaskToken {
  /** Which input of the request it continues. */
  readonly input: number;
  /** Counts the pieces of the whole task from 0, so that a listener sees whether one was lost. */
  readonly index: number;
  readonly ids: readonly number[];
  readonly text: string;
}

/** One step of a task's life; `id` counts from 1 and is what an SSE client sends back as Last-Event-ID. */
export interface TaskEvent {
  readonly id: number;
  readonly type: TaskState | 'retry' | 'progress' | 'token';
  readonly at: string;
  readonly data: Readonly<Record<string, unknown>>;
}
