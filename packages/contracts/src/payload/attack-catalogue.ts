import type { Capability } from '../names.ts';

/** Methods of `attack.method`: SQuARE's four first, then the ones beyond. */
export const attackMethods = [
  'hotflip',
  'input_reduction',
  'sub_span',
  'topk_tokens',
  'deepwordbug',
  'neighbour_substitution',
  'bae',
  'bert_attack',
  'universal_triggers',
  'checklist_invariance',
  'checklist_directional',
] as const;
export type AttackMethod = (typeof attackMethods)[number];

/** Options that name other deployed models. */
export const attackHelperOptions = ['similarity_model', 'neighbour_model', 'fill_mask_model'] as const;

export interface AttackMethodEntry {
  readonly needs: readonly Capability[];
  /** It works on all inputs of a request together. */
  readonly onSet?: true;
  /** The option that must name another deployed model. */
  readonly wants?: (typeof attackHelperOptions)[number];
  readonly description: string;
}

const gradients: readonly Capability[] = ['token-gradients', 'embedding-table'];

/** One row per attack. The saliency method may need more; see explainCatalogue. */
export const attackCatalogue: Readonly<Record<AttackMethod, AttackMethodEntry>> = {
  hotflip: {
    needs: gradients,
    description:
      'Swaps words for those that raise the loss most to first order, checked by prediction (Ebrahimi et al. 2018).',
  },
  input_reduction: {
    needs: [],
    description: 'Takes away words as long as the prediction stays (Feng et al. 2018).',
  },
  sub_span: { needs: [], description: 'Keeps only the contiguous span with the highest saliency.' },
  topk_tokens: { needs: [], description: 'Keeps only the k words with the highest saliency.' },
  deepwordbug: {
    needs: [],
    description: 'Edits characters of the words that matter most (Gao et al. 2018).',
  },
  neighbour_substitution: {
    needs: [],
    description: 'Swaps important words for near neighbours in an embedding space.',
  },
  bae: {
    needs: [],
    wants: 'fill_mask_model',
    description:
      'Swaps important words for what a masked-language model puts there (Garg & Ramakrishnan 2020).',
  },
  bert_attack: {
    needs: [],
    wants: 'fill_mask_model',
    description: 'As BAE, but the masked-language model sees the word it replaces (Li et al. 2020).',
  },
  universal_triggers: {
    onSet: true,
    needs: gradients,
    description:
      'One sequence of words that, put before any input, changes the prediction (Wallace et al. 2019).',
  },
  checklist_invariance: {
    onSet: true,
    needs: [],
    description: 'Changes that should not matter: does the prediction stay (Ribeiro et al. 2020)?',
  },
  checklist_directional: {
    onSet: true,
    needs: [],
    description: 'Changes that should push one way: does the probability follow (Ribeiro et al. 2020)?',
  },
};
