import { AppError } from '@tessera/base';
import type { AttackOptions, TextInput } from '@tessera/contracts';
import type { Outcome, Unit, Vocabulary } from '../context.ts';
import { type Goal, goalOf } from '../goals/goal.ts';
import { describeOutcome } from '../outcome.ts';
import { partsOf } from '../parts.ts';
import type { SetAttack } from '../recipes/recipe.ts';
import { echo } from '../report.ts';
import type { Attacked, AttackRequest } from '../request.ts';
import type { Session } from '../session.ts';
import { isStopWord } from '../stop-words.ts';
import { textAt } from '../subject.ts';
import { splitWords } from '../words.ts';

/** Replacements judged per place and round, and rounds without success before the search ends. */
const defaultCandidates = 20;
const maxRounds = 10;

/**
 * Universal triggers (Wallace et al. 2019): one sequence of words that, put before every input of a set,
 * changes the predictions. The gradient of the loss at the trigger's places is averaged over the set; each
 * place in turn takes the word that helps the mean goal score most among the best to first order; rounds
 * repeat until nothing helps.
 */
export const universalTriggers: SetAttack = { runOnSet };

async function runOnSet(request: AttackRequest, session: Session): Promise<Attacked> {
  const { options } = request;
  const set = await openSet(request, session);
  const vocabulary = await session.context.vocabulary();
  let trigger: readonly string[] = new Array<string>(options.trigger_length).fill('the');
  let current = await scoreTrigger(trigger, set, session);
  const before = await rate([], set, session);
  for (let round = 0; round < maxRounds && session.left > 0; round += 1) {
    const start = current?.mean ?? -Infinity;
    for (let place = 0; place < trigger.length && session.left > 0; place += 1) {
      const words = await candidatesAt(place, { trigger, set, vocabulary, options, session });
      for (const word of words) {
        const next = trigger.map((old, i) => (i === place ? word : old));
        const scored = await scoreTrigger(next, set, session);
        if (scored && scored.mean > (current?.mean ?? -Infinity)) [trigger, current] = [next, scored];
      }
    }
    if ((current?.mean ?? -Infinity) <= start + 1e-6) break;
  }
  const rows = set.units.map((unit) => withTrigger(unit, trigger, set.part));
  const { id2label } = session.context.model;
  return {
    report: {
      method: options.method,
      options: echo(options),
      trigger,
      successRate: current?.reached ?? null,
      successRateWithout: before,
      queries: session.queries,
      originals: set.originals.map((outcome) => describeOutcome(outcome, id2label)),
      texts: rows.map((row) => textAt(row[0], set.part)),
      ...(session.spent ? { budgetSpent: true } : {}),
    },
    rows,
    explainRowsBy: null,
    warnings: [],
  };
}

interface TriggerSet {
  readonly units: readonly Unit[];
  readonly originals: readonly Outcome[];
  readonly goals: readonly Goal[];
  readonly part: 0 | 1;
}

async function openSet(request: AttackRequest, session: Session): Promise<TriggerSet> {
  const originals = await session.predict(request.units);
  if (originals.length < request.units.length || originals.some((one) => one.kind === 'answer'))
    throw new AppError('INPUT_INVALID', {
      detail: {
        field: 'attack.method',
        problem: 'universal triggers are for classification, with a budget of more model calls than inputs',
      },
    });
  const { id2label } = session.context.model;
  const goals = originals.map((original) => goalOf(original, request.options.target, id2label));
  const { context, question } = partsOf(request.units[0], originals[0]!.kind);
  return { units: request.units, originals, goals, part: context ?? question ?? 0 };
}

function withTrigger(unit: Unit, trigger: readonly string[], part: 0 | 1): Unit {
  const prefix = trigger.length === 0 ? '' : `${trigger.join(' ')} `;
  const put = (row: TextInput): TextInput => {
    if (typeof row === 'string') return prefix + row;
    return part === 0 ? [prefix + row[0], row[1]] : [row[0], prefix + row[1]];
  };
  return unit.map(put) as unknown as Unit;
}

async function scoreTrigger(
  trigger: readonly string[],
  { units, goals, part }: TriggerSet,
  session: Session,
): Promise<{ readonly mean: number; readonly reached: number } | null> {
  const outcomes = await session.predict(units.map((unit) => withTrigger(unit, trigger, part)));
  if (outcomes.length < units.length) return null;
  const mean = outcomes.reduce((sum, one, i) => sum + goals[i]!.score(one), 0) / units.length;
  return { mean, reached: outcomes.filter((one, i) => goals[i]!.reached(one)).length / units.length };
}

async function rate(trigger: readonly string[], set: TriggerSet, session: Session): Promise<number | null> {
  return (await scoreTrigger(trigger, set, session))?.reached ?? null;
}

/** Words by the first-order rise of the mean loss at one place of the trigger. */
async function candidatesAt(
  place: number,
  call: {
    readonly trigger: readonly string[];
    readonly set: TriggerSet;
    readonly vocabulary: Vocabulary;
    readonly options: AttackOptions;
    readonly session: Session;
  },
): Promise<readonly string[]> {
  const { trigger, set, vocabulary, options, session } = call;
  const { width, table, entries } = vocabulary;
  const aim = (i: number): Outcome => {
    const original = set.originals[i]!;
    if (options.target === undefined || original.kind === 'answer') return original;
    const label = original.probabilities.findIndex((_, k) =>
      set.goals[i]!.reached({ ...original, label: k }),
    );
    return { ...original, label };
  };
  const found = await session.gradient(
    set.units.map((unit, i) => ({ unit: withTrigger(unit, trigger, set.part), of: aim(i) })),
  );
  const mean = new Float64Array(width);
  const [start, end] = splitWords(trigger.join(' ')).spans[place]!;
  for (const { rows } of found)
    for (const { tokens, gradient } of rows) {
      const part = rowPart(tokens.sequenceIds, set.part);
      tokens.offsets.forEach(([a, b], t) => {
        if (tokens.specialTokensMask[t] || tokens.sequenceIds[t] !== part || a < start || b > end || b <= a)
          return;
        for (let h = 0; h < width; h += 1) mean[h]! += gradient[t * width + h]! / found.length;
      });
    }
  const sign = options.target === undefined ? 1 : -1;
  const scored = entries.flatMap((entry, id) => {
    if (!entry?.startsWord || !/^\p{L}{2,}$/u.test(entry.text) || isStopWord(entry.text)) return [];
    let dot = 0;
    for (let h = 0; h < width; h += 1) dot += table[id * width + h]! * mean[h]!;
    return [{ word: entry.text, gain: sign * dot }];
  });
  return scored
    .sort((a, b) => b.gain - a.gain)
    .slice(0, options.candidates ?? defaultCandidates)
    .map(({ word }) => word);
}

function rowPart(sequenceIds: readonly (0 | 1 | null)[], part: 0 | 1): 0 | 1 {
  return sequenceIds.includes(1) ? part : 0;
}
