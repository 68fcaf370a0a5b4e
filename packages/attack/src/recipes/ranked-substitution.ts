import { all, maxDistance } from '../constraints/constraint.ts';
import { mostImportantFirst, wordImportance } from '../importance.ts';
import { importanceRanked } from '../searches/importance-ranked.ts';
import { minimalEdits } from '../searches/minimal.ts';
import { startOf } from '../subject.ts';
import { characterEdits } from '../transformations/character-edits.ts';
import { fillMaskSwap } from '../transformations/fill-mask.ts';
import { neighbourSwap } from '../transformations/neighbour-swap.ts';
import type { Transformation } from '../transformations/transformation.ts';
import {
  type AttackPath,
  pathOf,
  type Recipe,
  type RecipeCall,
  searchContext,
  startScored,
  substitutionConstraint,
} from './recipe.ts';

/** DeepWordBug (Gao et al. 2018): one character edit a word, words in the order of their importance. */
export const deepWordBug: Recipe = {
  run: (call) =>
    ranked(call, {
      transformation: characterEdits(call.options.seed),
      // The paper bounds the distance over the whole text; one edit a word and max_flips words bound it here.
      constraint: all(substitutionConstraint(call.options), maxDistance(2)),
    }),
};

/**
 * Words for their neighbours in an embedding space, in the order of importance (the frame of Jin et al.
 * 2020).
 */
export const neighbourSubstitution: Recipe = {
  run: (call) =>
    ranked(call, {
      transformation: neighbourSwap({
        count: call.options.candidates ?? 15,
        minCosine: call.options.min_cosine,
      }),
      constraint: substitutionConstraint(call.options),
    }),
};

/** BAE-R (Garg & Ramakrishnan 2020): 50 fillings of the hidden word. */
export const bae: Recipe = {
  run: (call) =>
    ranked(call, {
      transformation: fillMaskSwap({ count: call.options.candidates ?? 50, masked: true }),
      constraint: substitutionConstraint(call.options),
    }),
};

/** BERT-Attack (Li et al. 2020): 48 fillings with the word in sight. */
export const bertAttack: Recipe = {
  run: (call) =>
    ranked(call, {
      transformation: fillMaskSwap({ count: call.options.candidates ?? 48, masked: false }),
      constraint: substitutionConstraint(call.options),
    }),
};

async function ranked(
  call: RecipeCall,
  parts: { readonly transformation: Transformation; readonly constraint: ReturnType<typeof all> },
): Promise<AttackPath> {
  const { subject, session, options, goal } = call;
  const importance = await wordImportance(startOf(subject), options.saliency_method, {
    subject,
    session,
    goal,
  });
  const context = searchContext(call, parts);
  const found = await importanceRanked(startScored(call), context, {
    order: mostImportantFirst(importance),
    edits: options.max_flips,
  });
  return pathOf(found.reached ? await minimalEdits(found, context, subject) : found, call);
}
