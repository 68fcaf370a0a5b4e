import {
  decodeSafetensors,
  isFinal,
  type NamedTensors,
  type ReplyOf,
  type ResultOf,
  type SubmitTask,
  type TaskEvent,
  type TaskFilter,
  type TaskList,
  type TaskReply,
  type TaskResultReply,
  type TaskView,
  type TensorEncoding,
} from '@tessera/contracts';
import { eventOf, follow, messagesOf } from './follow.ts';
import type { Transport } from './transport.ts';

/** What every call takes. */
export interface Signalled {
  readonly signal?: AbortSignal;
}

interface Waiting extends Signalled {
  /** Hold the request open until the task ends, for so long at the most. */
  readonly waitSeconds?: number;
}

/**
 * What a streamed submission tells: the task's life, `token` events while text is made, and the task with its
 * result at the end.
 */
export type StreamedEvent = TaskEvent | { readonly type: 'result'; readonly data: TaskReply };

/** /v1/tasks. */
export interface TaskCalls {
  /** Accepts a task; with `waitSeconds` its result comes along when it ended in time. */
  submit<const S extends SubmitTask>(
    task: S,
    options?: Waiting & { readonly idempotencyKey?: string },
  ): Promise<ReplyOf<S>>;
  get(taskId: string, options?: Waiting): Promise<TaskView>;
  /** Throws ProblemError with TASK_NOT_FINISHED, TASK_EXPIRED or the task's own error. */
  result(taskId: string, options?: Waiting & { readonly tensors?: TensorEncoding }): Promise<TaskResultReply>;
  /** The result's tensors with their types and shapes, by the safetensors file. */
  tensors(taskId: string, options?: Waiting): Promise<NamedTensors>;
  /**
   * Submits, waits to the end however long it takes, and returns the result, whose fields have the type of
   * the task and of what was asked of it. An abort cancels the task on the server.
   */
  run<const S extends SubmitTask>(
    task: S,
    options?: { readonly signal?: AbortSignal; readonly idempotencyKey?: string },
  ): Promise<ResultOf<S>>;
  /**
   * Submits and follows on one connection; generated text comes piece by piece as `token` events with
   * `input`, `text` and `ids`. Leaving the loop or aborting before the end cancels the task. A task that
   * fails or is cancelled ends with such an event.
   */
  stream(task: SubmitTask, options?: { readonly signal?: AbortSignal }): AsyncIterable<StreamedEvent>;
  cancel(taskId: string, options?: Signalled): Promise<TaskView>;
  list(filter?: TaskFilter, options?: Signalled): Promise<TaskList>;
  /** Every task of a filter, page by page. */
  all(filter?: TaskFilter, options?: Signalled): AsyncIterable<TaskView>;
  /**
   * The task's life from event `after` + 1 on, until its final event, over as many connections as it takes.
   */
  events(
    taskId: string,
    options?: { readonly after?: number; readonly signal?: AbortSignal },
  ): AsyncIterable<TaskEvent>;
}

const patienceSeconds = 30;

export function taskCalls(send: Transport): TaskCalls {
  const path = (taskId: string, rest = ''): string => `/v1/tasks/${encodeURIComponent(taskId)}${rest}`;
  const prefer = (seconds: number | undefined): string | undefined =>
    seconds === undefined ? undefined : `wait=${seconds}`;
  const calls: TaskCalls = {
    async submit<const S extends SubmitTask>(
      task: S,
      { waitSeconds, idempotencyKey, signal }: Waiting & { readonly idempotencyKey?: string } = {},
    ) {
      // A key of our own makes it safe to send again what got no answer.
      const headers = { prefer: prefer(waitSeconds), 'idempotency-key': idempotencyKey ?? newKey() };
      const response = await send({
        method: 'POST',
        path: '/v1/tasks',
        body: task,
        headers,
        waitSeconds,
        signal,
      });
      return (await response.json()) as ReplyOf<S>;
    },
    async get(taskId, { waitSeconds, signal } = {}) {
      const response = await send({
        path: path(taskId),
        headers: { prefer: prefer(waitSeconds) },
        waitSeconds,
        signal,
      });
      return (await response.json()) as TaskView;
    },
    async result(taskId, { tensors, waitSeconds, signal } = {}) {
      const response = await send({
        path: path(taskId, '/result'),
        query: { tensors },
        headers: { prefer: prefer(waitSeconds) },
        waitSeconds,
        signal,
      });
      return (await response.json()) as TaskResultReply;
    },
    async tensors(taskId, { waitSeconds, signal } = {}) {
      const response = await send({
        path: path(taskId, '/result'),
        headers: { accept: 'application/octet-stream', prefer: prefer(waitSeconds) },
        waitSeconds,
        signal,
      });
      const bytes = new Uint8Array(await response.arrayBuffer());
      return bytes.length === 0 ? {} : decodeSafetensors(bytes);
    },
    async run<const S extends SubmitTask>(
      task: S,
      {
        signal,
        idempotencyKey = newKey(),
      }: { readonly signal?: AbortSignal; readonly idempotencyKey?: string } = {},
    ) {
      const passed = signal ? { signal } : {};
      try {
        const submitted = await calls.submit(task, {
          ...passed,
          idempotencyKey,
          waitSeconds: patienceSeconds,
        });
        if (submitted.result) return submitted.result;
        const waiting = { waitSeconds: patienceSeconds, ...passed };
        let view: Pick<TaskView, 'taskId' | 'state'> = submitted;
        while (!isFinal(view.state)) view = await calls.get(view.taskId, waiting);
        const result = await calls.result(view.taskId, { ...waiting, tensors: task.tensors ?? 'list' });
        // The server keeps the promise of its contract, which the compiler cannot see through the wire.
        return result as unknown as ResultOf<S>;
      } catch (thrown) {
        if (signal?.aborted) await cancelQuietly(() => calls.submit(task, { idempotencyKey }), calls);
        throw thrown;
      }
    },
    async *stream(task, { signal } = {}) {
      const headers = { accept: 'text/event-stream' };
      const response = await send({ method: 'POST', path: '/v1/tasks', body: task, headers, signal });
      for await (const message of messagesOf(response)) {
        const data = JSON.parse(message.data);
        yield message.event === 'result'
          ? { type: 'result', data: data as TaskReply }
          : eventOf(message, data);
      }
    },
    async cancel(taskId, { signal } = {}) {
      const response = await send({ method: 'POST', path: path(taskId, '/cancel'), signal });
      return (await response.json()) as TaskView;
    },
    async list(filter = {}, { signal } = {}) {
      const { limit, ...rest } = filter;
      const query = { ...rest, limit: limit === undefined ? undefined : Number(limit) };
      const response = await send({ path: '/v1/tasks', query, signal });
      return (await response.json()) as TaskList;
    },
    async *all(filter = {}, options = {}) {
      let cursor: string | null | undefined = filter.cursor;
      do {
        const page: TaskList = await calls.list({ ...filter, ...(cursor ? { cursor } : {}) }, options);
        yield* page.tasks as TaskView[];
        cursor = page.nextCursor;
      } while (cursor);
    },
    events(taskId, { after = 0, signal } = {}) {
      const open = (from: number): Promise<Response> => {
        const headers = { accept: 'text/event-stream', 'last-event-id': String(from) };
        return send({ path: path(taskId, '/events'), headers, signal });
      };
      return follow(open, after, signal);
    },
  };
  return calls;
}

/**
 * Cancels the task of a submission that was given up. Submitting again under its Idempotency-Key tells which
 * task it was, whether or not the first answer was heard.
 */
export async function cancelQuietly(
  submitAgain: () => Promise<Pick<TaskReply, 'taskId'>>,
  tasks: Pick<TaskCalls, 'cancel'>,
): Promise<void> {
  await submitAgain().then(
    ({ taskId }) => tasks.cancel(taskId),
    () => undefined,
  );
}

function newKey(): string {
  return crypto.randomUUID();
}
