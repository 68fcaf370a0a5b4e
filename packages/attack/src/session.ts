import { createBudget, type Limits } from '@tessera/base';
import type { ExplainMethod } from '@tessera/contracts';
import type { AttackContext, LossGradient, LossRequest, Outcome, Saliency, Unit } from './context.ts';
import type { Goal } from './goals/goal.ts';
import { type AttackSubject, type Candidate, textOf, unitOf } from './subject.ts';

/** A candidate and what the model says of it. */
export interface Scored {
  readonly candidate: Candidate;
  readonly outcome: Outcome;
  readonly reached: boolean;
  /** The goal's score. */
  readonly value: number;
}

/**
 * Calls of one attack: counted, in chunks, stopped by cancellation and budget. A query is one row through the
 * model. A text that was judged before is not judged again.
 */
export interface Session {
  readonly context: AttackContext;
  readonly queries: number;
  readonly left: number;
  /** True once work was left undone for want of budget. */
  readonly spent: boolean;
  /** Notes what is known of a candidate already, so that it is not asked again. */
  remember(subject: AttackSubject, candidate: Candidate, outcome: Outcome): void;
  /** Outcomes of units; a prefix of them when the budget ends. */
  predict(units: readonly Unit[]): Promise<readonly Outcome[]>;
  /** Scores of candidates, in order; a prefix of them when the budget ends. */
  score(
    candidates: readonly Candidate[],
    by: { subject: AttackSubject; goal: Goal },
  ): Promise<readonly Scored[]>;
  gradient(requests: readonly LossRequest[]): Promise<readonly LossGradient[]>;
  saliency(units: readonly Unit[], method: ExplainMethod): Promise<readonly Saliency[]>;
}

export interface SessionOptions {
  readonly context: AttackContext;
  readonly limits: Limits;
  readonly note: string;
  /** Queries of earlier sessions of the same task. */
  readonly before?: number;
}

export function openSession({ context, limits, note, before = 0 }: SessionOptions): Session {
  const known = new Map<string, Outcome>();
  const { signal } = context;
  const budget = createBudget({ limits, signal, monotonicMs: () => context.monotonicMs() });
  const charge = (rows: number): void => {
    budget.charge(rows);
    context.reportProgress({ done: before + budget.used, total: null, note });
  };
  /** Runs `run` over a list in chunks of about chunkRows rows, while the budget lasts. */
  const inChunks = async <T, R>(
    items: readonly T[],
    rowsOf: (item: T) => number,
    run: (chunk: readonly T[]) => Promise<readonly R[]>,
  ): Promise<R[]> => {
    const answers: R[] = [];
    let from = 0;
    while (from < items.length) {
      budget.checkCancelled();
      let rows = 0;
      let to = from;
      const room = Math.min(budget.left, Math.max(context.chunkRows, rowsOf(items[from]!)));
      while (to < items.length && rows + rowsOf(items[to]!) <= room) {
        rows += rowsOf(items[to]!);
        to += 1;
      }
      if (to === from) {
        budget.markSpent();
        break;
      }
      answers.push(...(await run(items.slice(from, to))));
      charge(rows);
      from = to;
    }
    budget.checkCancelled();
    return answers;
  };
  const rowsOfUnit = (unit: Unit): number => unit.length;

  return {
    context,
    get queries() {
      return budget.used;
    },
    get left() {
      return budget.left;
    },
    get spent() {
      return budget.spent;
    },
    remember: (subject, candidate, outcome) => known.set(keyOf(subject, candidate), outcome),
    predict: (units) => inChunks(units, rowsOfUnit, (chunk) => context.predict(chunk)),
    async score(candidates, { subject, goal }) {
      const keys = candidates.map((candidate) => keyOf(subject, candidate));
      const unseen = new Map<string, Unit>();
      candidates.forEach((candidate, i) => {
        if (!known.has(keys[i]!)) unseen.set(keys[i]!, unitOf(subject, candidate));
      });
      const outcomes = await inChunks([...unseen.values()], rowsOfUnit, (chunk) => context.predict(chunk));
      [...unseen.keys()].slice(0, outcomes.length).forEach((key, i) => known.set(key, outcomes[i]!));
      const scored: Scored[] = [];
      for (const [i, candidate] of candidates.entries()) {
        const outcome = known.get(keys[i]!);
        if (!outcome) break;
        scored.push({ candidate, outcome, reached: goal.reached(outcome), value: goal.score(outcome) });
      }
      return scored;
    },
    gradient: (requests) =>
      inChunks(
        requests,
        ({ unit }) => unit.length,
        (chunk) => context.lossGradient(chunk),
      ),
    async saliency(units, method) {
      budget.checkCancelled();
      const found = await context.saliency(units, method);
      charge(found.reduce((sum, one) => sum + one.modelCalls, 0));
      return found;
    },
  };
}

function keyOf(subject: AttackSubject, candidate: Candidate): string {
  return `${subject.part} ${textOf(subject, candidate)}`;
}
