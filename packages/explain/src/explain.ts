import { type Limits, shareOf } from '@tessera/base';
import type { ExplainedInstance, ExplainOptions, Explanation } from '@tessera/contracts';
import type { ExplainContext } from './context.ts';
import { aggregateEvaluations } from './dataset.ts';
import { evaluate, evaluationCost } from './evaluate.ts';
import { explainedTokens } from './explained-tokens.ts';
import type { ExplainInstance } from './instance.ts';
import { createMeter } from './meter.ts';
import { partsOf } from './parts.ts';
import { explainers } from './registry.ts';
import { resolve } from './resolve.ts';
import { scoredWords } from './scored-words.ts';
import { echo, requireMethod, settle } from './settings.ts';
import type { Settings } from './subject.ts';

export interface ExplainRequest {
  readonly options: ExplainOptions;
  /** At least one. All of one kind. */
  readonly instances: readonly ExplainInstance[];
  /** Which of them are explained; absent: all. The others are only what a cosine is taken with. */
  readonly only?: readonly number[];
  /** The model wants rank-3 inputs; see ForwardCall. */
  readonly asChoices?: boolean;
}

/** An explanation, and what the caller should know of it. */
export interface Explained {
  readonly explanation: Explanation;
  readonly warnings: readonly string[];
}

/**
 * Explains every instance of a request by the method it names. Throws INPUT_INVALID, CAPABILITY_MISSING,
 * OUTPUT_UNAVAILABLE, TASK_CANCELLED. The budget is for the whole request, in equal parts for the instances
 * still to come.
 */
export async function explain(request: ExplainRequest, context: ExplainContext): Promise<Explained> {
  const { options } = request;
  requireMethod(options.method, context.model);
  const explainer = explainers[options.method];
  const settings = settle(options, explainer, request.instances[0]!.prediction.kind);
  const found: Found[] = [];
  const startMs = context.monotonicMs();
  let calls = 0;
  const chosen = request.only ?? request.instances.map((_, i) => i);
  for (const [place, i] of chosen.entries()) {
    const share = chosen.length - place;
    const seconds = (context.monotonicMs() - startMs) / 1000;
    const limits = shareOf(options.budget, { calls, seconds, parts: share });
    const note = `${options.method}, input ${i + 1} of ${request.instances.length}`;
    const one = await explainOne(request, {
      index: i,
      settings,
      context,
      limits,
      note,
      before: calls,
      share,
    });
    calls += one.instance.modelCalls;
    found.push(one);
  }
  const pages = found.flatMap((one) => one.page ?? []);
  return {
    explanation: {
      method: options.method,
      options: echo(settings),
      target: targetText[request.instances[0]!.prediction.kind],
      instances: found.map((one) => one.instance),
      ...(settings.evaluate
        ? {
            evaluation: aggregateEvaluations(
              found.flatMap(({ instance }) => (instance.evaluation ? [instance.evaluation] : [])),
            ),
          }
        : {}),
      ...(pages.length > 0 && { pages }),
    },
    warnings: found.flatMap((one) => one.warnings),
  };
}

interface Found {
  readonly instance: ExplainedInstance;
  readonly page: string | null;
  readonly warnings: readonly string[];
}

interface One {
  readonly index: number;
  readonly settings: Settings;
  readonly context: ExplainContext;
  readonly limits: Limits;
  readonly note: string;
  readonly before: number;
  /** Inputs still to come, this one included. */
  readonly share: number;
}

async function explainOne(request: ExplainRequest, one: One): Promise<Found> {
  const { index, settings, context, limits, note, before, share } = one;
  const instance = request.instances[index]!;
  const explainer = explainers[settings.method];
  const [first] = instance.windows;
  const each = explainer.cost(settings, first!) + (settings.evaluate ? evaluationCost(first!) : 0);
  const expected = before + each * share;
  const meter = createMeter({ context, limits, note, expected, before });
  const asChoices = request.asChoices ?? false;
  const resolved = await resolve(instance, {
    options: settings,
    meter,
    asChoices,
    instances: request.instances,
  });
  const { subject, sequence } = resolved;
  const found = await explainer.explain(subject, settings, meter);
  const evaluation = settings.evaluate
    ? await evaluate({ explainer, subject, settings, values: found.values }, meter)
    : null;
  const page = (await explainer.page?.({ subject, sequence }, meter)) ?? null;
  const parts = partsOf(instance.prediction.kind, instance.texts, subject.words);
  const windows = instance.windows.length;
  return {
    page,
    warnings: warningsOf({ index, spent: meter.spent, window: resolved.window, windows }),
    instance: {
      f: subject.f,
      fBaseline: found.fBaseline,
      gap: found.gap,
      nSteps: found.nSteps,
      modelCalls: meter.calls,
      tokens: explainedTokens(sequence, parts, found.values),
      words: scoredWords(parts, found.values, settings),
      target: resolved.target,
      ...(meter.spent ? { budgetSpent: true } : {}),
      ...(windows > 1 ? { window: { index: resolved.window, count: windows } } : {}),
      ...(found.extra ? { details: found.extra } : {}),
      ...(evaluation ? { evaluation } : {}),
    },
  };
}

const targetText = {
  class: 'logit of the class before softmax',
  choice: "the choice's logit before softmax",
  answer: 'start logit plus end logit of the returned answer',
  'token-class': "logit of the token's class before softmax",
  similarity: "cosine of this input's embedding with another input's",
  'next-token': 'logit of the generated token before softmax',
} as const;

function warningsOf(told: {
  readonly index: number;
  readonly spent: boolean;
  readonly window: number;
  readonly windows: number;
}): readonly string[] {
  const { index, spent, window, windows } = told;
  return [
    ...(spent
      ? [`The budget ended before input ${index} was fully explained; this is the best so far.`]
      : []),
    ...(windows > 1
      ? [
          `Input ${index} is longer than the model; window ${window + 1} of ${windows}, which holds the answer, is explained.`,
        ]
      : []),
  ];
}
