import type { JobPayload, TaskResult } from '@tessera/contracts';
import { runTask } from '@tessera/tasks';
import type { SaliencyContext } from './contexts/explain-context.ts';
import { runEvaluation } from './dataset/run-evaluation.ts';
import type { OpenHelper } from './other-models/helper-models.ts';
import { runAttack } from './run-attack.ts';
import { runExplain } from './run-explain.ts';

/**
 * Runs what a payload asks for: a prediction, one with its explanation, an attack, or an evaluation of these
 * over a dataset.
 */
export function runJob(
  payload: JobPayload,
  context: SaliencyContext,
  openHelper: OpenHelper,
): Promise<TaskResult> {
  if (payload.evaluation)
    return runEvaluation({ ...payload, evaluation: payload.evaluation }, context, openHelper);
  const { attack, explain } = payload;
  if (attack) return runAttack({ ...payload, attack }, context, openHelper);
  if (explain) return runExplain({ ...payload, explain }, context);
  return predict(payload, context);
}

async function predict(payload: JobPayload, context: SaliencyContext): Promise<TaskResult> {
  const found = await runTask(payload, context);
  return { ...found, warnings: [...(payload.warnings ?? []), ...found.warnings] };
}
