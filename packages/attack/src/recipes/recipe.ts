import type { AttackOptions } from '@tessera/contracts';
import {
  all,
  type Constraint,
  keepProtected,
  maxChanged,
  noRepeats,
  noStopWords,
  oneWord,
  realChange,
} from '../constraints/constraint.ts';
import { keepSimilar } from '../constraints/similar.ts';
import type { Outcome } from '../context.ts';
import type { Goal } from '../goals/goal.ts';
import type { Attacked, AttackRequest } from '../request.ts';
import type { SearchContext } from '../searches/search.ts';
import type { Scored, Session } from '../session.ts';
import { type AttackSubject, replay, startOf, withEdit } from '../subject.ts';
import type { Transformation } from '../transformations/transformation.ts';

/** What a recipe works with. */
export interface RecipeCall {
  readonly subject: AttackSubject;
  readonly session: Session;
  readonly options: AttackOptions;
  readonly goal: Goal;
}

/** The path of an attack: the start, then one state per step, as it is replied. */
export interface AttackPath {
  readonly steps: readonly Scored[];
  readonly success: boolean;
  /** Word indices of the steps, in order; those kept for sub_span and topk_tokens. */
  readonly indices: readonly number[];
}

/** A published attack on one input: goal, transformation, constraints and search put together. */
export interface Recipe {
  /** What it wants of an input; absent: another outcome, or the class that was asked for. */
  goal?(original: Outcome): Goal;
  /** Which text is edited, the other where an input has no such text; absent: the context. */
  readonly edits?: 'question' | 'context';
  /** Each row of its path is explained by the saliency method, where one is named. */
  readonly explainsRows?: true;
  run(call: RecipeCall): Promise<AttackPath>;
}

/** An attack that looks at all inputs of a request together. */
export interface SetAttack {
  runOnSet(request: AttackRequest, session: Session): Promise<Attacked>;
}

/** Joins a transformation and constraints to what a search may do. */
export function searchContext(
  { subject, session, options, goal }: RecipeCall,
  {
    transformation,
    constraint,
  }: { readonly transformation: Transformation; readonly constraint: Constraint },
): SearchContext {
  return {
    async propose(from, indices) {
      const edits = await transformation(from, { subject, session, indices });
      const allowed = edits
        .filter((edit) => constraint(edit, from, subject))
        .map((edit) => withEdit(from, edit));
      return keepSimilar(allowed, options.min_similarity, { subject, session });
    },
    score: (candidates) => session.score(candidates, { subject, goal }),
  };
}

/** What every substitution keeps to. */
export function substitutionConstraint(options: AttackOptions): Constraint {
  const always = [keepProtected, noRepeats, realChange, oneWord, maxChanged(options.max_changed)];
  return options.change_stop_words ? all(...always) : all(...always, noStopWords);
}

/** The start, judged. */
export function startScored({ subject, goal }: RecipeCall): Scored {
  const outcome = subject.original;
  return { candidate: startOf(subject), outcome, reached: goal.reached(outcome), value: goal.score(outcome) };
}

/** Start and every beginning of the edits, judged (mostly from memory). */
export async function pathOf(found: Scored, call: RecipeCall): Promise<AttackPath> {
  const { edits } = found.candidate;
  const between = edits.slice(0, -1).map((_, k) => replay(call.subject, edits.slice(0, k + 1)));
  const middle = await call.session.score(between, call);
  const steps = [startScored(call), ...middle, ...(edits.length > 0 ? [found] : [])];
  return { steps, success: found.reached, indices: edits.map((edit) => edit.index) };
}
