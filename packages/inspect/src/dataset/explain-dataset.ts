import type { Outcome } from '@tessera/attack';
import type { ExplainOptions, Json, JsonObject } from '@tessera/contracts';
import { aggregateEvaluations, explain, type InstanceMeta, spreadOf } from '@tessera/explain';
import { attackContext, isChoice, withRows } from '../contexts/attack-context.ts';
import { explainContext, type SaliencyContext } from '../contexts/explain-context.ts';
import { instancesOf } from '../contexts/instances.ts';
import { type Measured, type MeasuredRecord, measureAll } from './measure-all.ts';
import { type EvaluatedRecord, type EvaluationPayload, recordsOf } from './records.ts';

/** An explanation of one record, measured. */
interface Explained {
  readonly options: JsonObject;
  readonly target: string;
  /** Its tokens are left out: thousands of records are held until the end. */
  readonly instance: Omit<InstanceMeta, 'tokens'>;
  readonly topWords: readonly (readonly [string, number])[];
}

/** Explains every record by every method and measures the explanations. */
export async function explainDataset(
  payload: EvaluationPayload,
  context: SaliencyContext,
): Promise<{ readonly methods: Json; readonly measured: readonly MeasuredRecord<JsonObject>[] }> {
  const methods = payload.evaluation.explain;
  const judge = await attackContext(payload, context, explainContext(context));
  const classifies = payload.task === 'sequence-classification' || payload.task === 'question-answering';
  const measured = await measureAll<ExplainOptions, Explained>({
    records: recordsOf(payload),
    methods,
    kind: 'explain',
    context,
    nameOf: ({ method }) => method,
    // A regression has no label; its value is explained all the same.
    predict: async ({ unit }) =>
      classifies && !isRegression(payload, context) ? ((await judge.predict([unit]))[0] ?? null) : null,
    run: (options, { record, outcome, tick }) =>
      explainOne(options, record, {
        payload,
        outcome,
        context: { ...context, reportProgress: tick },
      }),
  });
  return {
    methods: methods.map((options, m) =>
      summary(
        options,
        measured.map((row) => row.methods[m]!),
      ),
    ),
    measured: measured.map((row) => ({ ...row, methods: row.methods.map(shown) })),
  };
}

/** Asked for, or a head with one output that does not choose among rows. */
function isRegression(payload: EvaluationPayload, context: SaliencyContext): boolean {
  if (payload.task !== 'sequence-classification' || isChoice(payload, context)) return false;
  return payload.options.isRegression || Object.keys(context.runtime.description.id2label).length === 1;
}

async function explainOne(
  options: ExplainOptions,
  { unit }: EvaluatedRecord,
  {
    payload,
    outcome,
    context,
  }: {
    readonly payload: EvaluationPayload;
    readonly outcome: Outcome | null;
    readonly context: SaliencyContext;
  },
): Promise<Explained> {
  const { instances, asChoices } = await instancesOf(withRows(payload, [...unit]), context);
  // Of choices the predicted one is explained; of a pair of embeddings the first text.
  const only = [outcome?.kind === 'choice' ? outcome.label : 0];
  const found = await explain(
    { options: { ...options, evaluate: true }, instances, only, asChoices },
    explainContext(context),
  );
  const { tokens: _, ...instance } = found.explainMeta.instances[0]!;
  return {
    options: found.explainMeta.options,
    target: found.explainMeta.target,
    instance,
    topWords: topWords(found.attributions[0] ?? {}, options.top_k),
  };
}

/** The words with the largest scores over both parts. */
function topWords(attributions: JsonObject, topK: number): readonly (readonly [string, number])[] {
  const lists = [attributions['question_tokens'], attributions['context_tokens']];
  const words = lists.flatMap(
    (list) => ((list as Json[] | undefined)?.[0] ?? []) as [number, string, number][],
  );
  return words
    .map(([, word, score]) => [word, score] as const)
    .sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]))
    .slice(0, topK);
}

/** A row as it is shown: curves by their areas, because each is eleven numbers of its own. */
function shown(one: Measured<Explained>): Measured<JsonObject> {
  if (!one.ok) return one;
  const { f, f_baseline, gap, n_steps, model_calls, evaluation, budget_spent, window, target } =
    one.found.instance;
  const found: JsonObject = {
    f,
    f_baseline,
    gap,
    n_steps,
    model_calls,
    target,
    top_words: one.found.topWords as unknown as Json,
    measures: Object.fromEntries(
      Object.entries(evaluation ?? {}).flatMap(([name, value]) => {
        if (name === 'eraser_bins') return [];
        return [[name, areaOr(value)]];
      }),
    ),
    ...(budget_spent ? { budget_spent } : {}),
    ...(window ? { window } : {}),
  };
  return { ...one, found };
}

function areaOr(value: Json): Json {
  return typeof value === 'object' && value !== null && 'area' in value ? value.area : value;
}

/** A method over the dataset. */
function summary(asked: ExplainOptions, all: readonly Measured<Explained>[]): JsonObject {
  const done = all.filter((one) => one.ok);
  const [first] = done;
  const { deletion, insertion, ...measures } = aggregateEvaluations(
    done.flatMap(({ found }) => (found.instance.evaluation ? [found.instance.evaluation] : [])),
  );
  const { features, ...others } = measures;
  return {
    method: asked.method,
    options: first?.found.options ?? (asked as JsonObject),
    target: first?.found.target ?? null,
    explained: done.length,
    failed: all.length - done.length,
    budget_spent: done.filter(({ found }) => found.instance.budget_spent).length,
    model_calls: spreadOf(done.map(({ found }) => found.instance.model_calls)) as Json,
    seconds: spreadOf(done.map(({ seconds }) => seconds)) as Json,
    measures: { ...(features === undefined ? {} : { tokens: features }), ...others },
    curves: { ...(deletion ? { deletion } : {}), ...(insertion ? { insertion } : {}) },
  };
}
