import type { ExplainOptions, JobPayload, JsonObject, TaskResult } from '@tessera/contracts';
import { explain } from '@tessera/explain';
import { runTask } from '@tessera/tasks';
import { explainContext, type SaliencyContext } from './contexts/explain-context.ts';
import { generatedSteps } from './contexts/generated-steps.ts';
import { instancesOf } from './contexts/instances.ts';

/**
 * A prediction with its explanation: SQuARE's fields (docs/square-wire.md#results), and `explain_meta` beside
 * them.
 */
export async function runExplain(
  payload: JobPayload & { readonly explain: ExplainOptions },
  context: SaliencyContext,
): Promise<TaskResult> {
  const predicted = await runTask({ ...payload, explain: null }, context);
  const { instances, asChoices } =
    payload.task === 'generation'
      ? { instances: await generatedSteps(payload, predicted, context), asChoices: false }
      : await instancesOf(payload, context);
  const found = await explain({ options: optionsOf(payload), instances, asChoices }, explainContext(context));
  return {
    ...predicted,
    fields: {
      ...predicted.fields,
      attributions: found.attributions,
      ...(found.bertviz.length > 0 || 'bertviz' in predicted.fields ? { bertviz: found.bertviz } : {}),
      explain_meta: found.explainMeta as unknown as JsonObject,
    },
    warnings: [...predicted.warnings, ...(payload.warnings ?? []), ...found.warnings],
  };
}

/** In generation `target` names a step, which the instances have chosen already. */
function optionsOf({ task, explain: options }: Parameters<typeof runExplain>[0]): ExplainOptions {
  return task === 'generation' ? { ...options, target: undefined } : options;
}
