import { beamSearch } from '../searches/beam.ts';
import { minimalEdits } from '../searches/minimal.ts';
import { gradientSwap } from '../transformations/gradient-swap.ts';
import {
  type AttackPath,
  pathOf,
  type Recipe,
  type RecipeCall,
  searchContext,
  startScored,
  substitutionConstraint,
} from './recipe.ts';

/**
 * First-order candidates judged in one step. The paper takes the first; judging a few costs one batch and
 * finds shorter attacks.
 */
const defaultCandidates = 16;

/**
 * HotFlip (Ebrahimi et al. 2018), word level: the loss of the original prediction (or minus that of the
 * target) is raised to first order, the gradient is computed anew after every flip, greedy or by beam; the
 * search stops at success, and what is returned is minimal: undoing any flip undoes the success. SQuARE never
 * stops, never looks again and has the sign the wrong way round (docs/square-wire.md#hotflip).
 */
export const hotflip: Recipe = { run };

async function run(call: RecipeCall): Promise<AttackPath> {
  const { options, subject, goal } = call;
  const target = goal.name === 'targeted' ? targetOutcome(call) : null;
  const context = searchContext(call, {
    transformation: gradientSwap({
      count: options.candidates ?? defaultCandidates,
      minCosine: options.min_cosine,
      changeStopWords: options.change_stop_words,
      of: target ?? subject.original,
      toward: target !== null,
    }),
    constraint: substitutionConstraint(options),
  });
  const found = await beamSearch(startScored(call), context, {
    width: options.beam ?? 1,
    depth: options.max_flips,
  });
  return pathOf(found.reached ? await minimalEdits(found, context, subject) : found, call);
}

function targetOutcome({ subject, goal }: RecipeCall) {
  const { original } = subject;
  if (original.kind === 'answer') return null;
  const label = original.probabilities.findIndex((_, i) => goal.reached({ ...original, label: i }));
  return { ...original, label };
}
