import type { ModelEntry, SubmitTask, TaskName, TaskResultReply, TextInput } from '@tessera/contracts';
import type { Session } from './connection.ts';
import { TaskFailedError } from './failure.ts';
import { openProgress } from './print/progress.ts';

/** Tasks under way at once: enough to fill batches, few enough to leave room for others. */
const inFlight = 4;

export interface Asked {
  readonly model: ModelEntry;
  readonly task: TaskName;
  readonly inputs: readonly TextInput[];
  /** What the request holds beside model, task and input. */
  readonly more: Readonly<Record<string, unknown>>;
  /** Inputs of one task at the most. */
  readonly chunk: number;
  /** Word of the progress bar. */
  readonly what: string;
}

/** Some inputs with the result of their task, in order. */
export interface Chunk {
  readonly inputs: readonly TextInput[];
  readonly result: TaskResultReply;
}

/**
 * Runs inputs as tasks of at most `chunk` and gives the results in the inputs' order. Throws TaskFailedError
 * and ProblemError.
 */
export async function runChunks(asked: Asked, session: Session): Promise<readonly Chunk[]> {
  const { model, task, inputs, more, what } = asked;
  const size = Math.max(1, Math.min(asked.chunk, model.maxInput));
  const starts = Array.from({ length: Math.ceil(inputs.length / size) }, (_, i) => i * size);
  const progress = openProgress(session, what);
  const done: Chunk[] = [];
  let finished = 0;
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < starts.length) {
      const at = next++;
      const own = inputs.slice(starts[at]!, starts[at]! + size);
      const request = { ...more, model: model.identifier, task, input: own } as SubmitTask;
      done[at] = { inputs: own, result: await runOne(request, session) };
      finished += own.length;
      progress.show(finished, inputs.length);
    }
  };
  try {
    if (starts.length > 1) progress.show(0, inputs.length);
    await Promise.all(Array.from({ length: Math.min(inFlight, starts.length) }, work));
  } finally {
    progress.end();
  }
  return done;
}

/** One task to its end. Ctrl-C cancels it on the server. */
async function runOne(request: SubmitTask, { client, signal }: Session): Promise<TaskResultReply> {
  const submitted = await client.tasks.submit(request, { waitSeconds: 30 });
  if (submitted.result) return submitted.result;
  const { taskId } = submitted;
  try {
    let view = submitted as { state: string; error: { text: string } | null };
    while (view.state === 'queued' || view.state === 'running')
      view = await client.tasks.get(taskId, { waitSeconds: 30, signal });
    if (view.state === 'succeeded') return await client.tasks.result(taskId, { signal });
    throw new TaskFailedError(`Task ${taskId} ${view.state}: ${view.error?.text ?? 'no reason is known'}`);
  } catch (thrown) {
    if (signal.aborted) await client.tasks.cancel(taskId).catch(() => undefined);
    throw thrown;
  }
}
