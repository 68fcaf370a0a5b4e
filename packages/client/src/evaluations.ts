import {
  type EvaluationOf,
  type EvaluationReport,
  isFinal,
  type SubmitEvaluation,
  type TaskProgress,
  type TaskReply,
} from '@tessera/contracts';
import { cancelQuietly, type TaskCalls } from './tasks.ts';
import type { Transport } from './transport.ts';

interface RunOptions {
  readonly signal?: AbortSignal;
  readonly idempotencyKey?: string;
  /** Hears how far the task is: (record, method) pairs done, of how many. */
  readonly onProgress?: (progress: TaskProgress) => void;
}

/** /v1/evaluations: a dataset as one task. */
export interface EvaluationCalls {
  /** Accepts a dataset; the task is followed, cancelled and read by `tasks`. */
  submit(
    evaluation: SubmitEvaluation,
    options?: { readonly signal?: AbortSignal; readonly idempotencyKey?: string },
  ): Promise<TaskReply>;
  /** The report of a task that has succeeded. Throws ProblemError as `tasks.result` does. */
  report(taskId: string): Promise<EvaluationReport>;
  /** Submits, follows to the end however long it takes, and returns the report. */
  run<const S extends SubmitEvaluation>(evaluation: S, options?: RunOptions): Promise<EvaluationOf<S>>;
}

const patienceSeconds = 30;

export function evaluationCalls(send: Transport, tasks: TaskCalls): EvaluationCalls {
  const calls: EvaluationCalls = {
    async submit(evaluation, { idempotencyKey, signal } = {}) {
      const headers = { 'idempotency-key': idempotencyKey ?? crypto.randomUUID() };
      const response = await send({
        method: 'POST',
        path: '/v1/evaluations',
        body: evaluation,
        headers,
        signal,
      });
      return (await response.json()) as TaskReply;
    },
    async report(taskId) {
      const { fields } = await tasks.result(taskId);
      if ('evaluation' in fields) return fields.evaluation;
      throw new Error(`task ${taskId} measured no dataset; read it with tasks.result`);
    },
    async run<const S extends SubmitEvaluation>(
      evaluation: S,
      { signal, onProgress, idempotencyKey = crypto.randomUUID() }: RunOptions = {},
    ) {
      const passed = signal ? { signal } : {};
      try {
        const { taskId } = await calls.submit(evaluation, { idempotencyKey, ...passed });
        if (onProgress)
          for await (const { type, data } of tasks.events(taskId, passed))
            if (type === 'progress') onProgress(data as unknown as TaskProgress);
        let state = 'queued';
        while (!isFinal(state))
          ({ state } = await tasks.get(taskId, { waitSeconds: patienceSeconds, ...passed }));
        // Its kind is that of the request, which the compiler cannot see through the wire.
        return (await calls.report(taskId)) as EvaluationOf<S>;
      } catch (thrown) {
        if (signal?.aborted) await cancelQuietly(() => calls.submit(evaluation, { idempotencyKey }), tasks);
        throw thrown;
      }
    },
  };
  return calls;
}
