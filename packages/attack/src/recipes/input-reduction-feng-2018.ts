import { keepProtected } from '../constraints/constraint.ts';
import { keep } from '../goals/goal.ts';
import { mostImportantFirst, wordImportance } from '../importance.ts';
import { reduceInput } from '../searches/reduction.ts';
import { deleteWord } from '../transformations/delete-word.ts';
import {
  type AttackPath,
  pathOf,
  type Recipe,
  type RecipeCall,
  searchContext,
  startScored,
} from './recipe.ts';

/** Of the paper. */
const defaultBeam = 5;

/**
 * Input reduction (Feng et al. 2018): words go as long as the prediction stays. Without a saliency method
 * every removal is judged and the surest survivors go on, which is exact leave-one-out; with one, words are
 * tried in its order, computed anew at each step.
 */
export const inputReduction: Recipe = { goal: keep, edits: 'question', explainsRows: true, run };

async function run(call: RecipeCall): Promise<AttackPath> {
  const { options, subject, session, goal } = call;
  const context = searchContext(call, { transformation: deleteWord, constraint: keepProtected });
  const method = options.saliency_method;
  const found = await reduceInput(startScored(call), context, {
    width: options.beam ?? defaultBeam,
    depth: options.max_reductions,
    order:
      method === undefined
        ? null
        : async ({ candidate }) => {
            const importance = await wordImportance(candidate, method, { subject, session, goal });
            return [...mostImportantFirst(importance)].reverse().filter((i) => candidate.words[i] !== null);
          },
  });
  const path = await pathOf(found, call);
  return { ...path, success: path.indices.length > 0 };
}
