import type { JobPayload, TaskResult } from '@tessera/contracts';
import type { HeadContext } from './head.ts';
import { taskHeads } from './registry.ts';

/** Runs the head of the payload's task. Throws AppError for what the caller can mend, and whatever the runtime throws. */
export function runTask(payload: JobPayload, context: HeadContext): Promise<TaskResult> {
  switch (payload.task) {
    case 'sequence-classification':
      return taskHeads[payload.task].run(payload, context);
    case 'token-classification':
      return taskHeads[payload.task].run(payload, context);
    case 'embedding':
      return taskHeads[payload.task].run(payload, context);
    case 'question-answering':
      return taskHeads[payload.task].run(payload, context);
    case 'generation':
      return taskHeads[payload.task].run(payload, context);
  }
}
