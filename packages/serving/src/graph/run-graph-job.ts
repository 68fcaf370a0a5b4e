import { fromWireError, type WireError } from '@tessera/base';
import { openThread } from '../session/open-thread.ts';
import type { GraphAnswers, GraphJob } from './graph-jobs.ts';

/** Runs a graph job in a thread of its own. Throws what the job threw, as an AppError. */
export function runGraphJob<K extends GraphJob['kind']>(
  job: Extract<GraphJob, { kind: K }>,
): Promise<GraphAnswers[K]> {
  return new Promise((resolve, reject) => {
    const worker = openThread('./graph-thread', import.meta.url, job);
    worker.once('message', (message: { answer: GraphAnswers[K] } | { error: WireError; log: string }) => {
      if ('answer' in message) return resolve(message.answer);
      const error = fromWireError(message.error);
      reject(Object.assign(error, { cause: message.log }));
    });
    worker.once('error', reject);
    worker.once('exit', (code) =>
      reject(new Error(`the graph thread ended with code ${code} and without an answer`)),
    );
  });
}
