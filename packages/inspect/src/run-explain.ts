import type { ExplainOptions, JobPayload, TaskResult } from '@tessera/contracts';
import { explain } from '@tessera/explain';
import { runTask } from '@tessera/tasks';
import { explainContext, type SaliencyContext } from './contexts/explain-context.ts';
import { generatedSteps } from './contexts/generated-steps.ts';
import { instancesOf } from './contexts/instances.ts';

/** A prediction with its explanation. */
export async function runExplain(
  payload: JobPayload & { readonly explain: ExplainOptions },
  context: SaliencyContext,
): Promise<TaskResult> {
  const { predicted, instances, asChoices } = await prepare(payload, context);
  const found = await explain({ options: optionsOf(payload), instances, asChoices }, explainContext(context));
  return {
    ...predicted,
    explanation: found.explanation,
    warnings: [...predicted.warnings, ...(payload.warnings ?? []), ...found.warnings],
  };
}

/** The prediction, and what of it is explained. */
async function prepare(payload: JobPayload, context: SaliencyContext) {
  if (payload.task !== 'generation') {
    const predicted = await runTask({ ...payload, explain: null }, context);
    return { predicted, ...(await instancesOf(payload, context)) };
  }
  const predicted = await runTask({ ...payload, explain: null }, context);
  return { predicted, instances: await generatedSteps(payload, predicted, context), asChoices: false };
}

/** In generation `target` names a step, which the instances have chosen already. */
function optionsOf({ task, explain: options }: Parameters<typeof runExplain>[0]): ExplainOptions {
  return task === 'generation' ? { ...options, target: undefined } : options;
}
