import { type EvaluationCalls, evaluationCalls } from './evaluations.ts';
import { type KeyCalls, keyCalls } from './keys.ts';
import { type ModelCalls, modelCalls } from './models.ts';
import { type StatusCalls, statusCalls } from './status.ts';
import { type StreamedEvent, type TaskCalls, taskCalls } from './tasks.ts';
import { type ClientOptions, createTransport } from './transport.ts';

export { ProblemError } from './problem-error.ts';
export { UnreachableError } from './unreachable-error.ts';
export type { ClientOptions, EvaluationCalls, KeyCalls, ModelCalls, StatusCalls, StreamedEvent, TaskCalls };

/** The native API as functions. */
export interface TesseraClient extends StatusCalls {
  readonly tasks: TaskCalls;
  readonly evaluations: EvaluationCalls;
  readonly models: ModelCalls;
  readonly keys: KeyCalls;
}

/**
 * A client of one server; works in Node and in browsers.
 *
 * `await createClient({ baseUrl }).tasks.run({ model: 'tessera/sentiment-en', task:
 * 'sequence-classification', input: ['Fine.'] })`
 */
export function createClient(options: ClientOptions): TesseraClient {
  const send = createTransport(options);
  const tasks = taskCalls(send);
  return {
    tasks,
    evaluations: evaluationCalls(send, tasks),
    models: modelCalls(send),
    keys: keyCalls(send),
    ...statusCalls(send),
  };
}
