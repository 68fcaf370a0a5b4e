import {
  attackCatalogue,
  type EvaluationPlan,
  type EvaluationRecord,
  evaluationTopK,
  explainCatalogue,
  type Gold,
  type JobPayload,
  submitEvaluation,
  type TaskWithOptions,
  type TextInput,
} from '@tessera/contracts';
import type { z } from 'zod';
import { checkCount } from '../check-size.ts';
import type { DecodeContext, Decoded } from '../dialect.ts';
import { requireFeature } from '../features.ts';
import { readAttack, readExplain } from '../read-saliency.ts';
import { checkJson, checkText, invalid, type TextLimits } from '../text-limits.ts';
import { checkAdapters, checkTask } from './decode-task.ts';
import { parseShape } from './parse.ts';
import { checkMethod, refuseUnknown } from './suggest.ts';

export type EvaluationSubmission = z.output<typeof submitEvaluation>;

/** Parses the body of POST /v1/evaluations. Strict: an unknown field is an error. Throws INPUT_INVALID. */
export function parseEvaluation(body: unknown): EvaluationSubmission {
  return parseShape(submitEvaluation, body);
}

/**
 * A dataset as one job of its model. `max_input` holds for the rows of one record, the number of records has
 * a limit of its own. Throws INPUT_INVALID, MODEL_TASK_MISMATCH, FEATURE_UNAVAILABLE, CAPABILITY_MISSING.
 */
export function decodeEvaluation(
  submission: EvaluationSubmission,
  context: Omit<DecodeContext, 'task'> & { readonly idempotencyKey: string | null },
): Decoded {
  const { model, caller, idempotencyKey } = context;
  checkTask(submission, model);
  checkAdapters(submission.adapters, context.features);
  const { explain, attack } = methodsOf(submission, context);
  const records = recordsOf(submission, context);
  const isChoice = records.some(({ rows }) => rows.length > 1);
  const { preprocessing, adapters, averageAdapters, priority, timeToLiveMs } = submission;
  const evaluation: EvaluationPlan = {
    records: records.map(({ rows, gold }) => ({ rows: rows.length, gold })),
    explain,
    attack,
  };
  const payload: JobPayload = {
    ...taskOf(submission, isChoice),
    input: records.flatMap(({ rows }) => rows),
    preprocessing,
    outputAttentions: false,
    outputHiddenStates: false,
    adapters,
    averageAdapters,
    explain: null,
    attack: null,
    evaluation,
  };
  return {
    request: {
      model: model.identifier,
      kind: 'evaluate',
      payload,
      priority,
      idempotencyKey,
      caller,
      timeToLiveMs,
    },
    warnings: [],
  };
}

/** The task and its options; records with choices make it a multiple choice. */
function taskOf(submission: EvaluationSubmission, isChoice: boolean): TaskWithOptions {
  switch (submission.task) {
    case 'sequence-classification': {
      const { task, options } = submission;
      return { task, options: isChoice ? { ...options, multipleChoice: true } : options };
    }
    default:
      return submission;
  }
}

type Options = Readonly<Record<string, unknown>>;

/**
 * The methods of either kind, each checked as a request of its own would be; `metrics` go into every
 * explanation's options.
 */
function methodsOf(
  { explain = [], attack = [], metrics, task }: EvaluationSubmission,
  { features, limits, model }: Omit<DecodeContext, 'task'>,
): Pick<EvaluationPlan, 'explain' | 'attack'> {
  if ((explain.length === 0) === (attack.length === 0))
    throw invalid('explain', 'send either `explain` or `attack`, a list of methods with their options');
  const field = explain.length > 0 ? 'explain' : 'attack';
  requireFeature(features, field, field);
  if (field === 'attack' && metrics) throw invalid('metrics', 'these measure explanations; leave them out');
  if (field === 'attack' && task !== 'sequence-classification' && task !== 'question-answering')
    throw invalid('attack', 'attacks are for sequence classification and question answering');
  const rules = { model, onUnknown: refuseUnknown };
  const readAll = <O>(
    all: readonly Options[],
    read: (one: Options, at: string, by: typeof rules) => O,
  ): O[] =>
    all.map((one, i) => {
      const at = `${field}.${i}`;
      checkJson(one, at, limits);
      checkMethod(one, at);
      if (one['labels'] !== undefined) throw invalid(`${at}.labels`, 'the truth is told in the records');
      return read(one, at, rules);
    });
  return {
    explain: readAll(explain, (one, at, by) => {
      const read = readExplain({ top_k: evaluationTopK, ...one, ...(metrics && { metrics }) }, at, by);
      if (explainCatalogue[read.method].pageOf)
        throw invalid(`${at}.method`, 'a page has no values that could be measured');
      return read;
    }),
    attack: readAll(attack, (one, at, by) => {
      const read = readAttack(one, at, by);
      if (attackCatalogue[read.method].onSet)
        throw invalid(`${at}.method`, 'it works on a set by itself; send it to POST /v1/tasks');
      return read;
    }),
  };
}

/**
 * Throws INPUT_INVALID for more records than the server takes, before anything else of the body is looked at.
 */
export function checkRecordCount(body: unknown, { maxRecords }: Pick<TextLimits, 'maxRecords'>): void {
  checkCount(body, {
    field: 'records',
    most: maxRecords,
    problem: (count) =>
      `${count} records; at most ${maxRecords} are allowed (MAX_EVALUATION_RECORDS). Send them in parts`,
  });
}

interface ReadRecord {
  readonly rows: readonly TextInput[];
  readonly gold: Gold | null;
}

function recordsOf(
  { records }: EvaluationSubmission,
  { limits, model }: Omit<DecodeContext, 'task'>,
): readonly ReadRecord[] {
  checkRecordCount({ records }, limits);
  const choices = 'choices' in records[0]!;
  return records.map((record, i) => {
    const at = `records.${i}`;
    if ('choices' in record !== choices)
      throw invalid(at, 'records with and without choices cannot be mixed; send them apart');
    for (const [name, value] of Object.entries(record)) {
      if (typeof value === 'string') checkText(value, `${at}.${name}`, limits);
      if (Array.isArray(value))
        for (const [k, text] of value.entries()) checkText(text, `${at}.${name}.${k}`, limits);
    }
    const read = readRecord(record, at);
    if (read.rows.length > model.maxInput)
      throw invalid(at, `${read.rows.length} choices; the model takes ${model.maxInput} at the most`);
    checkLabel(read.gold, { labels: choices ? {} : model.labels, at });
    return read;
  });
}

/**
 * Rows in the order that the tasks want: (question, context) for answers, (context, question and choice) for
 * choices.
 */
function readRecord(record: EvaluationRecord, at: string): ReadRecord {
  if ('choices' in record) {
    const { context, question, choices, label } = record;
    const rows = choices.map((choice): TextInput => {
      if (context === undefined || context === '') return [question, choice];
      return [context, `${question} ${choice}`];
    });
    return { rows, gold: label === undefined ? null : { label: placeOf(label, choices, at) } };
  }
  if ('question' in record) {
    const { question, context, answers } = record;
    return { rows: [[question, context]], gold: answers ? { answers } : null };
  }
  const { text } = record;
  const pair = 'textPair' in record ? record.textPair : undefined;
  const label = 'label' in record ? record.label : undefined;
  return {
    rows: [pair === undefined ? text : [text, pair]],
    gold: label === undefined ? null : { label },
  };
}

function placeOf(label: number | string, choices: readonly string[], at: string): number {
  const place = typeof label === 'string' ? choices.indexOf(label) : label;
  if (place >= 0 && place < choices.length) return place;
  throw invalid(`${at}.label`, `there is no choice "${label}"; give 0 to ${choices.length - 1} or its text`);
}

/** The labels are known once a host has looked at the model; until then the model process decides. */
function checkLabel(
  gold: Gold | null,
  { labels, at }: { readonly labels: Readonly<Record<string, string>>; readonly at: string },
): void {
  const names = Object.values(labels);
  if (!gold || !('label' in gold) || names.length === 0) return;
  if (names.includes(String(gold.label)) || String(gold.label) in labels) return;
  throw invalid(
    `${at}.label`,
    `the model has no class "${gold.label}"; give 0 to ${names.length - 1} or one of: ${names.slice(0, 20).join(', ')}`,
  );
}
