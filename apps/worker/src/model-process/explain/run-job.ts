import type { JobPayload, TaskResult } from '@tessera/contracts';
import { runTask } from '@tessera/tasks';
import type { SaliencyContext } from './explain-context.ts';
import type { OpenHelper } from './helper-models.ts';
import { runAttack } from './run-attack.ts';
import { runExplain } from './run-explain.ts';

/** Runs what a payload asks for: a prediction, one with its explanation, or an attack. */
export function runJob(
  payload: JobPayload,
  context: SaliencyContext,
  openHelper: OpenHelper,
): Promise<TaskResult> {
  if (payload.attack) return runAttack(payload, context, openHelper);
  return payload.explain ? runExplain(payload, context) : runTask(payload, context);
}
