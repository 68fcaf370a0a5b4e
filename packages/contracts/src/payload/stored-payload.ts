import type { TaskName } from '../names.ts';
import { type AttackOptions, parseAttackOptions } from './attack-options.ts';
import { type EvaluationPlan, evaluationTopK } from './evaluation-plan.ts';
import { type ExplainOptions, parseExplainOptions } from './explain-options.ts';
import { checkGeneration } from './generation-rules.ts';
import { ignoredOption, type ParsedOptions } from './parse-options.ts';
import type { JobPayload } from './payload.ts';
import { taskOptions } from './task-options.ts';

/** Which form of payload rows are written in. */
const version = 2;

/** A payload as the text that a task row holds. */
export function storedPayload(payload: JobPayload): string {
  return JSON.stringify({ version, ...payload });
}

/**
 * The payload of a task row, whichever version wrote it. Throws INPUT_INVALID for options of old that are
 * none any more.
 */
export function openPayload(text: string): JobPayload {
  const { version: written = 1, ...stored } = JSON.parse(text) as { version?: number };
  if (written > version)
    throw new Error(`the row has a payload of version ${written}; this worker knows ${version}`);
  // Written by storedPayload from a parsed payload, so it needs no second check.
  return written === 1 ? upgraded(stored as FirstPayload) : (stored as JobPayload);
}

type Options = Readonly<Record<string, unknown>>;

/**
 * Version 1: the options of explanations, attacks and generation as the caller sent them, checked but not
 * parsed.
 */
type FirstPayload = Omit<
  JobPayload,
  'task' | 'options' | 'explain' | 'attack' | 'evaluation' | 'warnings'
> & {
  readonly task: TaskName;
  readonly options: Options;
  readonly explain: Options | null;
  readonly attack: Options | null;
  readonly evaluation?: Pick<EvaluationPlan, 'records'> & {
    readonly explain: readonly Options[];
    readonly attack: readonly Options[];
  };
};

/** Parses what version 1 left to the model process, with the same warnings. */
function upgraded({ options, explain, attack, evaluation, ...rest }: FirstPayload): JobPayload {
  const warnings: string[] = [];
  const read = <O>({ options: parsed, unknown }: ParsedOptions<O>, at: string): O => {
    warnings.push(...unknown.map((key) => ignoredOption(`${at}.${key}`)));
    return parsed;
  };
  const readExplain = (one: Options): ExplainOptions => read(parseExplainOptions(one), 'explain');
  const readAttack = (one: Options): AttackOptions => read(parseAttackOptions(one), 'attack');
  const checked = rest.task === 'generation' ? checkGeneration(options) : null;
  warnings.push(...(checked?.warnings ?? []));
  const method = explain?.['method'];
  return {
    ...rest,
    options: checked?.options ?? taskOptions[rest.task].parse(options),
    // The method of an explanation beside an attack orders the attack's words, and nothing is explained.
    explain: explain && !attack ? readExplain(explain) : null,
    attack: attack && readAttack(method ? { ...attack, saliency_method: method } : attack),
    ...(evaluation && {
      evaluation: {
        ...evaluation,
        explain: evaluation.explain.map((one) => readExplain({ top_k: evaluationTopK, ...one })),
        attack: evaluation.attack.map(readAttack),
      },
    }),
    ...(warnings.length > 0 && { warnings }),
    // The compiler cannot see that the options belong to the task.
  } as JobPayload;
}
