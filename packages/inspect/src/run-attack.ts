import { type AttackResult, attack, type Unit } from '@tessera/attack';
import { AppError } from '@tessera/base';
import {
  type AttackOptions,
  defaultExplainOptions,
  float32,
  type JobPayload,
  type Json,
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
 * An attack's reply: the task's normal reply for the modified inputs, with the story in `adversarial`
 * (docs/square-wire.md#attack-requests, #attack-replies).
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
  const reply = await replyOf(payload, found.rows, context);
  const attributions = await rowAttributions(payload, found, context);
  return {
    ...reply,
    fields: {
      ...reply.fields,
      contexts: found.contexts,
      questions: found.questions,
      adversarial: found.adversarial,
      ...(attributions ? { attributions } : {}),
    },
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
async function replyOf(
  payload: JobPayload,
  rows: readonly Unit[],
  context: SaliencyContext,
): Promise<TaskResult> {
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
  const replies: TaskResult[] = [];
  for (const unit of rows) replies.push(await runTask(withRows(payload, [...unit]), context));
  const logits = replies.map((reply) => reply.tensors['logits']!);
  const data = Float32Array.from(logits.flatMap((one) => Array.from(one.data as Float32Array)));
  return {
    ...replies[0]!,
    fields: {
      ...replies[0]!.fields,
      labels: replies.flatMap(({ fields }) => fields['labels'] as readonly number[]),
    },
    tensors: { logits: float32([replies.length, data.length / replies.length], data) },
  };
}

/** Input reduction explains every row by the saliency method; equal rows once. */
async function rowAttributions(
  payload: JobPayload,
  found: AttackResult,
  context: SaliencyContext,
): Promise<readonly Json[] | null> {
  const method = found.explainRowsBy;
  if (!method) return null;
  const rows = found.rows.map(([row]) => row);
  const keys = rows.map((row) => JSON.stringify(row));
  const distinct = [...new Set(keys)];
  const { instances, asChoices } = await instancesOf(
    withRows(
      payload,
      distinct.map((key) => rows[keys.indexOf(key)]!),
    ),
    context,
  );
  // SQuARE asks for as many ids as the question has characters, which is all of them.
  const options = { ...defaultExplainOptions(valuesMethod(method)), top_k: 100_000 };
  const { attributions } = await explain({ options, instances, asChoices }, explainContext(context));
  const [one] = attributions;
  return [
    Object.fromEntries(
      Object.entries(one!).map(([name, list]) => [
        name,
        keys.map((key) => (list as readonly Json[])[distinct.indexOf(key)]!),
      ]),
    ),
  ];
}
