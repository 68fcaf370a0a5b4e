import { AppError, fromWireError, toAppError } from '@tessera/base';
import type { Json, TaskView } from '@tessera/contracts';
import { jsonReply, type WireResponse } from '../dialect.ts';
import type { ResultRecord } from '../result-record.ts';
import { encodeResult } from './encode-result.ts';
import { inSquareWords } from './field-names.ts';

/** What the task_result route found. */
export type Outcome =
  | { readonly kind: 'pending'; readonly taskId: string }
  | {
      readonly kind: 'finished';
      readonly view: TaskView;
      readonly result: ResultRecord;
      readonly encoded: boolean;
    }
  /** A management task (deploy, remove, workers): its result is the object itself. */
  | { readonly kind: 'managed'; readonly taskId: string; readonly result: Json }
  | { readonly kind: 'failed'; readonly taskId: string; readonly error: AppError };

/** The reply to POST: two strings, nothing else, status 200 (docs/square-wire.md#client-traps). */
export function encodeQueued(message: string, taskId: string): WireResponse {
  return jsonReply(200, { message, task_id: taskId });
}

/**
 * The reply of `task_result` (docs/square-wire.md#task-results). A failure is 500 with JSON when the caller's
 * Accept names JSON, else 500 as text: SQuARE's client stops polling at once when the body is no JSON, and
 * would go on for 100 s otherwise.
 */
export function encodeTask(outcome: Outcome, acceptsJson: boolean): WireResponse {
  switch (outcome.kind) {
    case 'pending':
      return jsonReply(202, { task_id: outcome.taskId, status: 'Processing' });
    case 'finished': {
      const { view, result, encoded } = outcome;
      return finished(view.taskId, encodeResult(result, { task: view.task, encoded }));
    }
    case 'managed':
      return finished(outcome.taskId, outcome.result);
    case 'failed': {
      const { message } = inSquareWords(outcome.error);
      return acceptsJson
        ? jsonReply(500, { task_id: outcome.taskId, status: 'Failed', detail: message })
        : { status: 500, body: { kind: 'text', value: message } };
    }
  }
}

function finished(taskId: string, result: Json): WireResponse {
  return jsonReply(200, { task_id: taskId, status: 'Finished', result });
}

/** The error of a task that ended without a result; null while it may still get one, and when it has one. */
export function endedWithout(view: TaskView): AppError | null {
  if (view.error && view.state !== 'queued' && view.state !== 'running')
    return toAppError(fromWireError(view.error), view.taskId);
  if (view.state === 'cancelled') return new AppError('TASK_CANCELLED');
  if (view.state === 'expired') return new AppError('TASK_QUEUE_EXPIRED');
  return null;
}
