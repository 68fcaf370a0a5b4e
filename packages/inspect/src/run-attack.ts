import { type Attacked, attack, type Unit } from '@tessera/attack';
import { AppError } from '@tessera/base';
import {
  type AttackOptions,
  defaultExplainOptions,
  type Explanation,
  float32,
  type JobPayload,
  type PredictedResult,
  type TaskResult,
  valuesMethod,
} from '@tessera/contracts';
import { explain } from '@tessera/explain';
import { runTask } from '@tessera/tasks';
import { attackContext, isChoice, withRows } from './contexts/attack-context.ts';
import { explainContext, type SaliencyContext } from './contexts/explain-context.ts';
import { instancesOf } from './contexts/instances.ts';
import { helperCalls, type OpenHelper } from './other-models/helper-models.ts';

/**
 * An attack's result: predictions of the changed texts, the first being the text as it was, and what the
 * attack found.
 */
export async function runAttack(
  payload: JobPayload & { readonly attack: AttackOptions },
  context: SaliencyContext,
  openHelper: OpenHelper,
): Promise<TaskResult> {
  if (payload.task !== 'sequence-classification' && payload.task !== 'question-answering')
    throw new AppError('FEATURE_UNAVAILABLE', {
      detail: {
        field: 'attack',
        problem: 'attacks are for sequence classification and question answering',
      },
    });
  const model = explainContext(context);
  const found = await attack(
    { options: payload.attack, units: unitsOf(payload, context) },
    {
      ...(await attackContext(payload, context, model)),
      ...helperCalls(payload.attack, openHelper, context),
    },
  );
  const reply = await predict(payload, found.rows, context);
  const explanation = await explainRows(payload, found, context);
  return {
    ...reply,
    ...(explanation && { explanation }),
    attack: found.report,
    warnings: [...reply.warnings, ...(payload.warnings ?? []), ...found.warnings],
  };
}

/** Each row is attacked by itself; the rows of a multiple-choice request are one question. */
function unitsOf(payload: JobPayload, context: SaliencyContext): readonly [Unit, ...Unit[]] {
  const rows = payload.input as unknown as Unit;
  if (isChoice(payload, context)) return [rows];
  return rows.map((row): Unit => [row]) as unknown as readonly [Unit, ...Unit[]];
}

/** Exactly one answer per row, whatever topk was; choices are judged question by question and stacked. */
async function predict(
  payload: JobPayload<'sequence-classification' | 'question-answering'>,
  rows: readonly Unit[],
  context: SaliencyContext,
): Promise<PredictedResult> {
  if (payload.task === 'question-answering') {
    const asked = withRows(
      payload,
      rows.map(([row]) => row),
    );
    return runTask({ ...asked, options: { ...payload.options, topk: 1 } }, context);
  }
  if (!isChoice(payload, context))
    return runTask(
      withRows(
        payload,
        rows.map(([row]) => row),
      ),
      context,
    );
  const replies: PredictedResult<'sequence-classification'>[] = [];
  for (const unit of rows) replies.push(await runTask(withRows(payload, [...unit]), context));
  const logits = replies.map((reply) => reply.tensors['logits']!);
  const data = Float32Array.from(logits.flatMap((one) => Array.from(one.data as Float32Array)));
  return {
    ...replies[0]!,
    prediction: {
      ...replies[0]!.prediction,
      labels: replies.flatMap(({ prediction }) => prediction.labels),
    },
    tensors: { logits: float32([replies.length, data.length / replies.length], data) },
  };
}

/** The explanation of every row by the method that the attack names for it. */
async function explainRows(
  payload: JobPayload,
  { rows, explainRowsBy: method }: Attacked,
  context: SaliencyContext,
): Promise<Explanation | null> {
  if (!method) return null;
  const { instances, asChoices } = await instancesOf(
    withRows(
      payload,
      rows.map(([row]) => row),
    ),
    context,
  );
  const options = defaultExplainOptions(valuesMethod(method));
  return (await explain({ options, instances, asChoices }, explainContext(context))).explanation;
}
