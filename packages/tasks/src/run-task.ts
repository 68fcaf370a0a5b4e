import type { JobPayload, PredictedResult, TaskName } from '@tessera/contracts';
import type { HeadContext, TaskHead } from './head.ts';
import { taskHeads } from './registry.ts';

/**
 * Runs the head of the payload's task. Throws AppError for what the caller can mend, and whatever the runtime
 * throws.
 */
export function runTask<T extends TaskName>(
  payload: JobPayload<T>,
  context: HeadContext,
): Promise<PredictedResult<T>> {
  const heads: { readonly [K in TaskName]: TaskHead<K> } = taskHeads;
  return heads[payload.task].run(payload, context);
}
