import type { AttackMethod } from '@tessera/contracts';
import { checklistDirectional, checklistInvariance } from './checklist/checklist.ts';
import { hotflip } from './recipes/hotflip-ebrahimi-2018.ts';
import { inputReduction } from './recipes/input-reduction-feng-2018.ts';
import { bae, bertAttack, deepWordBug, neighbourSubstitution } from './recipes/ranked-substitution.ts';
import type { Recipe, SetAttack } from './recipes/recipe.ts';
import { subSpan, topkTokens } from './recipes/sufficiency.ts';
import { universalTriggers } from './triggers/universal-triggers.ts';

/**
 * Every method of the contract; what each needs and how it is described stands in contracts' attackCatalogue.
 */
export const attacks: Readonly<Record<AttackMethod, Recipe | SetAttack>> = {
  hotflip,
  input_reduction: inputReduction,
  sub_span: subSpan,
  topk_tokens: topkTokens,
  deepwordbug: deepWordBug,
  neighbour_substitution: neighbourSubstitution,
  bae,
  bert_attack: bertAttack,
  universal_triggers: universalTriggers,
  checklist_invariance: checklistInvariance,
  checklist_directional: checklistDirectional,
};
