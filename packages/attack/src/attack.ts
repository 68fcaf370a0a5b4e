import { AppError, shareOf } from '@tessera/base';
import {
  type AttackedInput,
  type AttackOptions,
  attackCatalogue,
  requireCapabilities,
} from '@tessera/contracts';
import type { AttackContext, Outcome, Unit } from './context.ts';
import { goalOf } from './goals/goal.ts';
import { goldOf, isCorrect } from './gold.ts';
import { partsOf } from './parts.ts';
import { type AttackPath, type Recipe, type RecipeCall, startScored } from './recipes/recipe.ts';
import { attacks } from './registry.ts';
import { datasetTable, echo, reportOf } from './report.ts';
import type { Attacked, AttackRequest } from './request.ts';
import { openSession, type Session } from './session.ts';
import { type AttackSubject, makeSubject, startOf, unitOf } from './subject.ts';

/** Attacks every input of a request. Throws INPUT_INVALID, CAPABILITY_MISSING, TASK_CANCELLED. */
export async function attack(request: AttackRequest, context: AttackContext): Promise<Attacked> {
  const { options } = request;
  const found = attacks[options.method];
  requireCapabilities(attackCatalogue[options.method].needs, context.model, { field: 'attack.method', hint });
  const startMs = context.monotonicMs();
  const session = openSession({
    context,
    limits: shareOf(options.budget, { calls: 0, seconds: 0, parts: 1 }),
    note: options.method,
  });
  if ('runOnSet' in found) return found.runOnSet(request, session);
  const originals = await session.predict(request.units);
  if (originals.length < request.units.length)
    throw new AppError('INPUT_INVALID', {
      detail: {
        field: 'attack.budget',
        problem: `${request.units.length} inputs need more model calls`,
      },
    });
  const correct = correctness(options, originals, context);
  const attacked: AttackedUnit[] = [];
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
  return joined(attacked, { recipe: found, options, correct: options.labels ? correct : null });
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

interface AttackedUnit {
  readonly subject: AttackSubject;
  readonly path: AttackPath;
  readonly report: AttackedInput;
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
): Promise<AttackedUnit> {
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

function joined(
  attacked: readonly AttackedUnit[],
  call: {
    readonly recipe: Recipe;
    readonly options: AttackOptions;
    readonly correct: readonly (boolean | null)[] | null;
  },
): Attacked {
  const { recipe, options, correct } = call;
  const { subject, path } = attacked[0]!;
  const inputs = attacked.map((one) => one.report);
  return {
    report: {
      method: options.method,
      options: echo(options),
      edits: recipe.edits ?? 'context',
      inputs,
      ...(inputs.length > 1 && { table: datasetTable(inputs, correct) }),
    },
    rows: path.steps.map((step) => unitOf(subject, step.candidate)),
    explainRowsBy: recipe.explainsRows ? (options.saliency_method ?? null) : null,
    warnings: inputs.flatMap(({ budgetSpent }, i) =>
      budgetSpent ? [`The budget ended while input ${i} was attacked; this is the best so far.`] : [],
    ),
  };
}

const hint =
  'deepwordbug, neighbour_substitution with a neighbour_model, and input_reduction need no gradients.';
