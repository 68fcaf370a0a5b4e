import { AppError } from '@tessera/base';
import type { AttackOptions, Behaviour, BehaviourReport, TextInput } from '@tessera/contracts';
import type { Outcome, Unit } from '../context.ts';
import { goalOf } from '../goals/goal.ts';
import { describeOutcome, sameOutcome } from '../outcome.ts';
import { partsOf } from '../parts.ts';
import type { SetAttack } from '../recipes/recipe.ts';
import { echo } from '../report.ts';
import type { Attacked, AttackRequest } from '../request.ts';
import type { Session } from '../session.ts';
import { textAt } from '../subject.ts';
import { expandTemplate, perturbed } from './perturb.ts';

/**
 * Behavioural tests in CheckList's way (Ribeiro et al. 2020). Invariance: the change must not change the
 * prediction. Directional: the probability of `target` (or of the original prediction) must not move against
 * `direction` by more than `tolerance`. Texts come from a template and its lexicon, or are the request's own.
 */
async function checklist(request: AttackRequest, session: Session): Promise<Attacked> {
  const { options } = request;
  const tests = options.tests.length > 0 ? options.tests : defaultTests;
  const rows: Unit[] = [];
  const reports: BehaviourReport[] = [];
  for (const test of tests) {
    const cases = casesOf(test, request, options.seed);
    const outcomes = await session.predict(cases.flatMap(({ before, after }) => [before, after]));
    const judged = cases.slice(0, Math.floor(outcomes.length / 2)).map((one, i) => ({
      ...one,
      from: outcomes[2 * i]!,
      to: outcomes[2 * i + 1]!,
    }));
    const results = judged.map((one) => ({ ...one, ok: holds(one.from, one.to, { options, session }) }));
    rows.push(...results.map((one) => one.after));
    reports.push(reportOf(test, results, { options, session }));
  }
  return {
    report: {
      method: options.method,
      options: echo(options),
      tests: reports,
      queries: session.queries,
      ...(session.spent ? { budgetSpent: true } : {}),
    },
    rows: rows.length > 0 ? rows : [request.units[0]],
    explainRowsBy: null,
    warnings: [],
  };
}

/** The change must not change the prediction. */
export const checklistInvariance: SetAttack = { runOnSet: checklist };

/** The change must push the prediction one way. */
export const checklistDirectional: SetAttack = { runOnSet: checklist };

const defaultTests: readonly Behaviour[] = (['typo', 'punctuation', 'contractions'] as const).map(
  (perturbation) => ({
    name: perturbation,
    capability: 'Robustness',
    lexicon: {},
    perturbation,
  }),
);

interface Case {
  readonly before: Unit;
  readonly after: Unit;
}

function casesOf(test: Behaviour, request: AttackRequest, seed: number): readonly Case[] {
  const units: readonly Unit[] =
    test.template === undefined
      ? request.units
      : expandTemplate(test.template, test.lexicon).map((text): Unit => [text]);
  const part = partsOf(units[0]!, 'class').context ?? 0;
  const texts = units.map((unit) => textAt(unit[0], part));
  return perturbed(texts, test.perturbation, seed).flatMap((text, i) =>
    text === null ? [] : [{ before: units[i]!, after: withText(units[i]!, part, text) }],
  );
}

function withText(unit: Unit, part: 0 | 1, text: string): Unit {
  return unit.map((row): TextInput => {
    if (typeof row === 'string') return text;
    return part === 0 ? [text, row[1]] : [row[0], text];
  }) as unknown as Unit;
}

interface Judge {
  readonly options: AttackOptions;
  readonly session: Session;
}

function holds(from: Outcome, to: Outcome, { options, session }: Judge): boolean {
  if (options.method === 'checklist_invariance') return sameOutcome(from, to);
  if (from.kind === 'answer')
    throw new AppError('INPUT_INVALID', {
      detail: { field: 'attack.method', problem: 'directional tests are for classification' },
    });
  const { id2label } = session.context.model;
  const goal = goalOf(from, options.target ?? from.label, id2label);
  const rise = goal.score(to) - goal.score(from);
  return options.direction === 'up' ? rise >= -options.tolerance : rise <= options.tolerance;
}

function reportOf(
  test: Behaviour,
  results: readonly (Case & { readonly from: Outcome; readonly to: Outcome; readonly ok: boolean })[],
  { options, session }: Judge,
): BehaviourReport {
  const { id2label } = session.context.model;
  const failed = results.filter((one) => !one.ok).length;
  return {
    name: test.name,
    kind: options.method === 'checklist_invariance' ? 'invariance' : 'directional',
    capability: test.capability,
    total: results.length,
    failed,
    failureRate: results.length === 0 ? 0 : failed / results.length,
    cases: results.map(({ before, after, from, to, ok }) => ({
      before,
      after,
      predictionBefore: describeOutcome(from, id2label),
      predictionAfter: describeOutcome(to, id2label),
      passed: ok,
    })),
  };
}
