import { z } from 'zod';
import type { Capability } from '../names.ts';
import { explainMethods, parseKwargs } from './explain-options.ts';

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
    description:
      'Swaps important words for what a masked-language model puts there (Garg & Ramakrishnan 2020).',
  },
  bert_attack: {
    needs: [],
    description: 'As BAE, but the masked-language model sees the word it replaces (Li et al. 2020).',
  },
  universal_triggers: {
    needs: gradients,
    description:
      'One sequence of words that, put before any input, changes the prediction (Wallace et al. 2019).',
  },
  checklist_invariance: {
    needs: [],
    description: 'Changes that should not matter: does the prediction stay (Ribeiro et al. 2020)?',
  },
  checklist_directional: {
    needs: [],
    description: 'Changes that should push one way: does the probability follow (Ribeiro et al. 2020)?',
  },
};

const classReference = z.union([z.int().min(0), z.string().min(1)]);

/** One behavioural test of CheckList: a template with {slots}, or perturbations of the request's inputs. */
const behaviour = z
  .object({
    name: z.string().min(1),
    capability: z.string().default(''),
    /** "I {verb} this {noun}." Every combination of the lexicon is one case. */
    template: z.string().optional(),
    lexicon: z.record(z.string(), z.array(z.string()).min(1)).default({}),
    /** What is done to each text: a rule by name, or a phrase put at the end. */
    perturbation: z
      .union([
        z.enum(['typo', 'contractions', 'punctuation', 'lower_case', 'negate']),
        z.object({ append: z.string() }),
        z.object({ replace: z.record(z.string(), z.string()) }),
      ])
      .default('typo'),
  })
  .superRefine(({ template = '', lexicon }, context) => {
    const slots = [...template.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
    const empty = slots.find((slot) => !Object.hasOwn(lexicon, slot));
    if (empty === undefined) return;
    context.addIssue({
      code: 'custom',
      path: ['template'],
      message: `the lexicon has no words for {${empty}}; add them`,
    });
  });
export type Behaviour = z.infer<typeof behaviour>;

export const attackOptions = z.object({
  method: z.enum(attackMethods, { error: 'Method not allowed. Please enter another attack method.' }),
  /** Whose word scores order the words; absent: the recipe's own choice. */
  saliency_method: z.enum(explainMethods).optional(),
  max_flips: z.int().min(1).max(1000).default(10),
  max_reductions: z.int().min(1).max(1000).default(10),
  max_tokens: z.int().min(1).max(1000).default(10),
  /** May the words of the answer be changed too? */
  include_answer: z.boolean().default(false),
  /** Class to reach, by index or label; absent: any other than the predicted one. */
  target: classReference.optional(),
  /** Members of the beam; 1 is greedy. */
  beam: z.int().min(1).max(50).optional(),
  /** Candidates scored in one step. */
  candidates: z.int().min(1).max(1000).optional(),
  /** Of the words, at the most. */
  max_changed: z.number().min(0).max(1).default(1),
  /** False: stop words are neither changed nor put in. */
  change_stop_words: z.boolean().default(false),
  /** Least cosine of old and new word in the embedding space. */
  min_cosine: z.number().min(-1).max(1).optional(),
  /** Least similarity of old and new text by `similarity_model`. */
  min_similarity: z.number().min(-1).max(1).optional(),
  similarity_model: z.string().min(1).optional(),
  /** Deployed embedding model whose neighbours are used; absent: the model's own word embeddings. */
  neighbour_model: z.string().min(1).optional(),
  /** Deployed masked-language model for bae and bert_attack. */
  fill_mask_model: z.string().min(1).optional(),
  /** Code-point spans of the attacked text that stay: [start, end). */
  protect: z
    .array(
      z.tuple([z.int().min(0), z.int().min(0)]).refine(([start, end]) => start <= end, {
        error: 'a span is [start, end), so its end cannot come before its start',
      }),
    )
    .default([]),
  /**
   * What is true of each input, in order: a class by index or label, or the true answers; null where it is not known. Inputs that the
   * model gets wrong to begin with are skipped, as TextAttack does, and the table tells the accuracy.
   */
  labels: z.array(z.union([classReference, z.array(z.string()).min(1), z.null()])).optional(),
  trigger_length: z.int().min(1).max(10).default(3),
  tests: z.array(behaviour).default([]),
  /** For directional tests: the probability of this class should … */
  direction: z.enum(['up', 'down']).default('down'),
  /** … move by no more than this against the direction. */
  tolerance: z.number().min(0).max(1).default(0.1),
  seed: z.int().default(0),
  budget: z
    .object({ model_calls: z.int().min(1).optional(), seconds: z.number().positive().optional() })
    .default({}),
});
export type AttackOptions = z.infer<typeof attackOptions>;

/** Reads the options of an attack at the path `at` of the payload; unknown keys are named. Throws INPUT_INVALID with the field's path. */
export function parseAttackOptions(
  kwargs: Readonly<Record<string, unknown>>,
  at = 'attack',
): { readonly options: AttackOptions; readonly unknown: readonly string[] } {
  return parseKwargs(at, attackOptions, kwargs);
}
