import type { WireError } from '@tessera/base';
import { z } from 'zod';
import { type TaskState, taskKinds, taskNames, taskStates } from '../names.ts';

/**
 * A failure as a task carries it; `code` is a row of the error catalogue, of which a newer server may have
 * more.
 */
export const wireError = z.object({
  code: z.string() as unknown as z.ZodType<WireError['code']>,
  detail: z.record(z.string(), z.union([z.string(), z.number()])),
  text: z.string(),
}) satisfies z.ZodType<WireError>;

/** Where a task's time went, in milliseconds. */
export const taskTimings = z.object({
  /** From acceptance to the first attempt's start. */
  queuedMs: z.number().exactOptional(),
  /** Waiting until the model was loaded; absent when it was. */
  loadMs: z.number().exactOptional(),
  /**
   * Building and opening what the task is the first to need, such as a gradient graph; absent when it was
   * there.
   */
  prepareMs: z.number().exactOptional(),
  tokenizeMs: z.number().exactOptional(),
  /** Waiting for a place in a batch of the model process. */
  batchWaitMs: z.number().exactOptional(),
  computeMs: z.number().exactOptional(),
  totalMs: z.number().exactOptional(),
  /** Rows of the batches this task took part in. */
  batchRows: z.number().exactOptional(),
});
export type TaskTimings = Readonly<z.infer<typeof taskTimings>>;

/** How far a running task has come; `total` is null while it is not known. */
export const taskProgress = z.object({
  done: z.number(),
  total: z.number().nullable(),
  note: z.string(),
});
export type TaskProgress = Readonly<z.infer<typeof taskProgress>>;

/** A task as callers may see it; times are ISO 8601. */
export const taskView = z.object({
  taskId: z.string(),
  model: z.string(),
  task: z.enum(taskNames),
  kind: z.enum(taskKinds),
  state: z.enum(taskStates),
  attempt: z.int(),
  priority: z.int(),
  caller: z.string(),
  /** Tasks of the same model that run before this one; null once it runs. */
  queuePosition: z.int().nullable(),
  progress: taskProgress.nullable(),
  error: wireError.nullable(),
  timings: taskTimings,
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  /** After this the result is gone. */
  expiresAt: z.string().nullable(),
});
export type TaskView = Readonly<z.infer<typeof taskView>>;

/**
 * A piece of generated text, told while the task runs: whole characters only. Never stored; the result holds
 * the whole text.
 */
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
