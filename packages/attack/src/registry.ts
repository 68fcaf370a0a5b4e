import type { AttackMethod } from '@tessera/contracts';
import { hotflip } from './recipes/hotflip-ebrahimi-2018.ts';
import { inputReduction } from './recipes/input-reduction-feng-2018.ts';
import { bae, bertAttack, deepWordBug, neighbourSubstitution } from './recipes/ranked-substitution.ts';
import type { Recipe } from './recipes/recipe.ts';
import { subSpan, topkTokens } from './recipes/sufficiency.ts';

/** Attacks on one input; the three others look at a whole set. */
export type RecipeMethod = Exclude<
  AttackMethod,
  'universal_triggers' | 'checklist_invariance' | 'checklist_directional'
>;

export const recipes: Readonly<Record<RecipeMethod, Recipe>> = {
  hotflip,
  input_reduction: inputReduction,
  sub_span: subSpan,
  topk_tokens: topkTokens,
  deepwordbug: deepWordBug,
  neighbour_substitution: neighbourSubstitution,
  bae,
  bert_attack: bertAttack,
};
