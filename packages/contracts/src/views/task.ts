import type { WireError } from '@tessera/base';
import { z } from 'zod';
import { type TaskState, taskKinds, taskNames, taskStates } from '../names.ts';

/**
 * A failure as a task carries it; `code` is a row of the error catalogue, of which a newer server may have
 * more.
 */
export const wireError = z.object({
  code: z.string().describe('A row of the error catalogue.') as unknown as z.ZodType<WireError['code']>,
  detail: z
    .record(z.string(), z.union([z.string(), z.number()]))
    .describe("What the text's places are filled with, such as the field."),
  text: z.string().describe('What went wrong, and what to do next.'),
}) satisfies z.ZodType<WireError>;

/** Where a task's time went, in milliseconds. */
export const taskTimings = z.object({
  queuedMs: z.number().exactOptional().describe("From acceptance to the first attempt's start."),
  loadMs: z.number().exactOptional().describe('Waiting until the model was loaded; absent when it was.'),
  prepareMs: z
    .number()
    .exactOptional()
    .describe(
      'Building what the task is the first to need, such as a gradient graph; absent when it was there.',
    ),
  tokenizeMs: z.number().exactOptional().describe('Turning texts into tokens.'),
  batchWaitMs: z.number().exactOptional().describe('Waiting for a place in a batch of the model process.'),
  computeMs: z.number().exactOptional().describe('Running the model.'),
  totalMs: z.number().exactOptional().describe('From acceptance to the end.'),
  batchRows: z
    .number()
    .exactOptional()
    .describe('Rows of the largest batch this task took part in; a count, not a time.'),
});
export type TaskTimings = Readonly<z.infer<typeof taskTimings>>;

/** How far a running task has come. */
export const taskProgress = z.object({
  done: z.number().describe('Steps that are done.'),
  total: z.number().nullable().describe('Steps in all; null while that is not known.'),
  note: z.string().describe('What the steps are.'),
});
export type TaskProgress = Readonly<z.infer<typeof taskProgress>>;

/** A task as callers may see it. */
export const taskView = z.object({
  taskId: z.string().describe('Its id.'),
  model: z.string().describe('Identifier of the model.'),
  task: z.enum(taskNames).describe('What is predicted.'),
  kind: z.enum(taskKinds).describe('What is done beside predicting.'),
  state: z.enum(taskStates).describe('Where it is; the last four states are final.'),
  attempt: z.int().describe('How often it has begun to run.'),
  priority: z.int().describe('0 is normal; larger runs earlier.'),
  caller: z.string().describe('Who sent it: the id of a key, or local.'),
  queuePosition: z
    .int()
    .nullable()
    .describe('Tasks of the same model that run before this one; null once it runs.'),
  progress: taskProgress.nullable().describe('How far it has come; null unless it runs.'),
  error: wireError.nullable().describe('Why it failed; null unless it did.'),
  timings: taskTimings.describe('Where its time went, in milliseconds.'),
  createdAt: z.string().describe('When it was accepted, ISO 8601.'),
  startedAt: z.string().nullable().describe('When it first began to run, ISO 8601.'),
  finishedAt: z.string().nullable().describe('When it ended, ISO 8601.'),
  expiresAt: z.string().nullable().describe('When its result goes, ISO 8601.'),
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
