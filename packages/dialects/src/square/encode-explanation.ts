import type {
  ExplainedInstance,
  ExplainedTarget,
  Explanation,
  Json,
  JsonObject,
  MeasureSpreads,
  TaskName,
} from '@tessera/contracts';
import { encodeAttributions } from './encode-attributions.ts';

/**
 * An explanation as SQuARE shows it: `attributions`, or `bertviz` for the pages of the head view
 * (docs/square-wire.md#results), and beside them `explain_meta` with all the rest.
 */
export function encodeExplanation(explanation: Explanation, task: TaskName): JsonObject {
  const { pages, options } = explanation;
  return {
    attributions: pages ? [] : [encodeAttributions(explanation.instances, options)],
    // Question answering has the member always.
    ...(pages || task === 'question-answering' ? { bertviz: pages ?? [] } : {}),
    explain_meta: encodeMeta(explanation),
  };
}

/**
 * Attributions of an attack's rows: SQuARE asks for as many ids as there are words, and shows nothing else.
 */
export function encodeRowAttributions({ instances }: Explanation): JsonObject {
  return { attributions: [encodeAttributions(instances, {})] };
}

function encodeMeta({ method, options, target, instances, evaluation }: Explanation): JsonObject {
  return {
    method,
    options: options as JsonObject,
    target,
    instances: instances.map(encodeInstance),
    ...(evaluation && { evaluation: encodeSpreads(evaluation) }),
  };
}

function encodeInstance(instance: ExplainedInstance): JsonObject {
  const { budgetSpent, window, details, evaluation } = instance;
  return {
    f: instance.f,
    f_baseline: instance.fBaseline,
    gap: instance.gap,
    n_steps: instance.nSteps,
    model_calls: instance.modelCalls,
    tokens: instance.tokens,
    target: encodeTarget(instance.target),
    ...(budgetSpent && { budget_spent: budgetSpent }),
    ...(window && { window }),
    ...(details && { details }),
    ...(evaluation && { evaluation }),
  };
}

function encodeTarget(target: ExplainedTarget): JsonObject {
  if (!('contrastLabel' in target)) return target;
  const { contrastLabel, ...rest } = target;
  return { ...rest, contrast_label: contrastLabel };
}

function encodeSpreads(spreads: MeasureSpreads): JsonObject {
  return Object.fromEntries(
    Object.entries(spreads).map(([name, spread]): [string, Json] => {
      if (!('probabilityStd' in spread)) return [name, spread];
      const { probabilityStd, ...curve } = spread;
      return [name, { ...curve, probability_std: probabilityStd }];
    }),
  );
}
