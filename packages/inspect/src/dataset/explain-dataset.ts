import type { Outcome } from '@tessera/attack';
import type {
  Curve,
  ExplainedInstance,
  ExplainedMethod,
  ExplainedRow,
  ExplainOptions,
  MeasureSpreads,
  Measures,
} from '@tessera/contracts';
import { aggregateEvaluations, explain, spreadOf } from '@tessera/explain';
import { attackContext, isChoice, withRows } from '../contexts/attack-context.ts';
import { explainContext, type SaliencyContext } from '../contexts/explain-context.ts';
import { instancesOf } from '../contexts/instances.ts';
import { type Measured, type MeasuredRecord, measureAll } from './measure-all.ts';
import { type EvaluatedRecord, type EvaluationPayload, recordsOf } from './records.ts';

/** An explanation of one record, measured. */
interface Explained {
  readonly options: ExplainedMethod['options'];
  readonly target: string;
  /** Its tokens are left out: thousands of records are held until the end. */
  readonly instance: Omit<ExplainedInstance, 'tokens' | 'words'>;
  readonly topWords: readonly (readonly [string, number])[];
}

/** Explains every record by every method and measures the explanations. */
export async function explainDataset(
  payload: EvaluationPayload,
  context: SaliencyContext,
): Promise<{
  readonly methods: readonly ExplainedMethod[];
  readonly measured: readonly MeasuredRecord<Omit<ExplainedRow, 'seconds'>>[];
}> {
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
  const { explanation } = await explain(
    { options: { ...options, evaluate: true }, instances, only, asChoices },
    explainContext(context),
  );
  const { tokens: _, words, ...instance } = explanation.instances[0]!;
  return {
    options: explanation.options,
    target: explanation.target,
    instance,
    topWords: topWords(words, options.top_k),
  };
}

/** The words with the largest scores over both parts. */
function topWords({ question, context }: ExplainedInstance['words'], topK: number): ExplainedRow['topWords'] {
  return [...question, ...context]
    .map(({ text, score }) => [text, score] as const)
    .sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]))
    .slice(0, topK);
}

/** A row as it is shown: curves by their areas, because each is eleven numbers of its own. */
function shown(one: Measured<Explained>): Measured<Omit<ExplainedRow, 'seconds'>> {
  if (!one.ok) return one;
  const { details: _, evaluation, budgetSpent, window, ...rest } = one.found.instance;
  const found = {
    ...rest,
    topWords: one.found.topWords,
    measures: Object.fromEntries(
      Object.entries(evaluation ?? {}).flatMap(([name, value]) =>
        name === 'eraser_bins' ? [] : [[name, areaOr(value)]],
      ),
    ),
    ...(budgetSpent && { budgetSpent }),
    ...(window && { window }),
  };
  return { ...one, found };
}

function areaOr(value: Measures[string]): Exclude<Measures[string], Curve> {
  return typeof value === 'object' && value !== null && 'area' in value ? value.area : value;
}

/** A method over the dataset. */
function summary({ method, ...asked }: ExplainOptions, all: readonly Measured<Explained>[]): ExplainedMethod {
  const done = all.filter((one) => one.ok);
  const [first] = done;
  const { deletion, insertion, ...measures } = aggregateEvaluations(
    done.flatMap(({ found }) => (found.instance.evaluation ? [found.instance.evaluation] : [])),
  );
  const { features, ...others } = measures;
  return {
    method,
    options: first?.found.options ?? asked,
    target: first?.found.target ?? null,
    explained: done.length,
    failed: all.length - done.length,
    budgetSpent: done.filter(({ found }) => found.instance.budgetSpent).length,
    modelCalls: spreadOf(done.map(({ found }) => found.instance.modelCalls)),
    seconds: spreadOf(done.map(({ seconds }) => seconds)),
    measures: { ...(features && { tokens: features }), ...others },
    curves: { ...curveNamed('deletion', deletion), ...curveNamed('insertion', insertion) },
  };
}

/** A curve under its name; nothing where no curve was run to its end. */
function curveNamed(
  name: keyof ExplainedMethod['curves'],
  curve: MeasureSpreads[string] | undefined,
): ExplainedMethod['curves'] {
  return curve && 'probability' in curve ? { [name]: curve } : {};
}
