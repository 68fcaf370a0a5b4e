import { AppError, shareOf } from '@tessera/base';
import { type AttackOptions, attackCatalogue, type Json, requireCapabilities } from '@tessera/contracts';
import type { AttackContext, Outcome, Unit } from './context.ts';
import { goalOf } from './goals/goal.ts';
import { goldOf, isCorrect } from './gold.ts';
import { partsOf } from './parts.ts';
import { type AttackPath, type Recipe, type RecipeCall, startScored } from './recipes/recipe.ts';
import { attacks } from './registry.ts';
import { type AttackReport, datasetTable, reportOf } from './report.ts';
import type { AttackRequest, AttackResult } from './request.ts';
import { openSession, type Session } from './session.ts';
import { type AttackSubject, makeSubject, startOf, textOf, unitOf } from './subject.ts';

/** Attacks every input of a request. Throws INPUT_INVALID, CAPABILITY_MISSING, TASK_CANCELLED. */
export async function attack(request: AttackRequest, context: AttackContext): Promise<AttackResult> {
  const { options } = request;
  const found = attacks[options.method];
  requireCapabilities(attackCatalogue[options.method].needs, context.model, { field: 'attack.method', hint });
  const startMs = context.monotonicMs();
  const session = openSession({
    context,
    limits: shareOf(options.budget, { calls: 0, seconds: 0, parts: 1 }),
    note: options.method,
  });
  if ('runOnSet' in found) return { ...(await found.runOnSet(request, session)), warnings: [] };
  const originals = await session.predict(request.units);
  if (originals.length < request.units.length)
    throw new AppError('INPUT_INVALID', {
      detail: {
        field: 'attack.budget',
        problem: `${request.units.length} inputs need more model calls`,
      },
    });
  const correct = correctness(options, originals, context);
  const attacked: Attacked[] = [];
  let used = originals.length;
  for (const [i, unit] of request.units.entries()) {
    const seconds = (context.monotonicMs() - startMs) / 1000;
    const limits = shareOf(options.budget, { calls: used, seconds, parts: request.units.length - i });
    const note = `${options.method}, input ${i + 1} of ${request.units.length}`;
    const one = await attackOne(unit, originals[i]!, {
      recipe: found,
      options,
      session: openSession({ context, limits, note, before: used }),
      correct: correct[i] ?? null,
    });
    used += one.report.queries;
    attacked.push(one);
  }
  return replyOf(attacked, { recipe: found, options, correct: options.labels ? correct : null });
}

/** Whether the model is right about each input; null where that is not known. Throws INPUT_INVALID. */
function correctness(
  { labels }: AttackOptions,
  originals: readonly Outcome[],
  context: AttackContext,
): readonly (boolean | null)[] {
  if (!labels) return [];
  if (labels.length !== originals.length)
    throw new AppError('INPUT_INVALID', {
      detail: {
        field: 'attack.labels',
        problem: `there are ${labels.length} labels for ${originals.length} inputs; give one each, null where it is not known`,
      },
    });
  const { id2label } = context.model;
  return labels.map((label, i) => {
    const gold = goldOf(label);
    const field = `attack.labels.${i}`;
    return gold && isCorrect(originals[i]!, gold, { id2label, field });
  });
}

interface Attacked {
  readonly subject: AttackSubject;
  readonly path: AttackPath;
  readonly report: AttackReport;
}

async function attackOne(
  unit: Unit,
  original: Outcome,
  call: {
    readonly recipe: Recipe;
    readonly options: AttackOptions;
    readonly session: Session;
    readonly correct: boolean | null;
  },
): Promise<Attacked> {
  const { recipe, options, session, correct } = call;
  const { id2label } = session.context.model;
  const subject = makeSubject({
    unit,
    part: attackedPart(unit, original, recipe),
    original,
    protect: options.protect,
    includeAnswer: options.include_answer,
  });
  session.remember(subject, startOf(subject), original);
  const goal = recipe.goal?.(original) ?? goalOf(original, options.target, id2label);
  const recipeCall = { subject, session, options, goal };
  // An input that the model gets wrong by itself needs no attack, as in TextAttack.
  const path = correct === false ? skipped(recipeCall) : await recipe.run(recipeCall);
  const report = reportOf({
    correct,
    subject,
    path,
    goal: goal.name,
    queries: session.queries,
    spent: session.spent,
    id2label,
  });
  return { subject, path, report };
}

function skipped(call: RecipeCall): AttackPath {
  return { steps: [startScored(call)], success: false, indices: [] };
}

/** The part that the recipe edits, or the other where there is none. */
function attackedPart(unit: Unit, original: Outcome, { edits }: Recipe): 0 | 1 {
  const { question, context } = partsOf(unit, original.kind);
  const found = edits === 'question' ? (question ?? context) : (context ?? question);
  if (found !== null) return found;
  throw new AppError('INPUT_INVALID', {
    detail: { field: 'input', problem: 'the choices share no text that could be attacked' },
  });
}

function replyOf(
  attacked: readonly Attacked[],
  call: {
    readonly recipe: Recipe;
    readonly options: AttackOptions;
    readonly correct: readonly (boolean | null)[] | null;
  },
): AttackResult {
  const { recipe, options, correct } = call;
  const isQuestion = recipe.edits === 'question';
  const [first] = attacked;
  const { subject, path, report } = first!;
  const steps = padded(path, options);
  const texts = steps.rows.map((step) => textOf(subject, step.candidate));
  const reports: Json = attacked.map((one) => ({ ...one.report.json, indices: [...one.path.indices] }));
  return {
    rows: steps.rows.map((step) => unitOf(subject, step.candidate)),
    questions: isQuestion ? texts : [],
    contexts: isQuestion ? [] : texts,
    adversarial: {
      indices: steps.indices,
      method: options.method,
      ...report.json,
      ...(attacked.length > 1
        ? {
            inputs: reports,
            table: datasetTable(
              attacked.map((one) => one.report),
              correct,
            ),
          }
        : {}),
    },
    explainRowsBy: recipe.explainsRows ? (options.saliency_method ?? null) : null,
    warnings: attacked.flatMap((one, i) =>
      one.report.json['budget_spent']
        ? [`The budget ended while input ${i} was attacked; this is the best so far.`]
        : [],
    ),
  };
}

/**
 * SQuARE's sliders run to max_flips, max_reductions and max_tokens and read the row of that number: the last
 * row and index are repeated up to there (docs/square-wire.md#attack-replies); `steps` in the report says
 * where the path really ends.
 */
function padded(path: AttackPath, options: AttackOptions) {
  const rows = [...path.steps];
  const indices = [...path.indices];
  const wanted = {
    hotflip: options.max_flips,
    input_reduction: options.max_reductions,
    topk_tokens: options.max_tokens,
  };
  const most = options.method in wanted ? wanted[options.method as keyof typeof wanted] : 0;
  while (rows.length < most + 1) rows.push(rows.at(-1)!);
  if (options.method !== 'topk_tokens' && indices.length > 0)
    while (indices.length < most) indices.push(indices.at(-1)!);
  return { rows, indices };
}

const hint =
  'deepwordbug, neighbour_substitution with a neighbour_model, and input_reduction need no gradients.';
