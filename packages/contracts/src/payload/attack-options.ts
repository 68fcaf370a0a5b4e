import { z } from 'zod';
import { attackMethods } from './attack-catalogue.ts';
import { classReference } from './class-reference.ts';
import { explainMethods } from './explain-catalogue.ts';
import { optionBudget } from './option-budget.ts';
import { type ParsedOptions, parseOptions } from './parse-options.ts';

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
   * What is true of each input, in order: a class by index or label, or the true answers; null where it is
   * not known. Inputs that the model gets wrong to begin with are skipped, as TextAttack does, and the table
   * tells the accuracy.
   */
  labels: z.array(z.union([classReference, z.array(z.string()).min(1), z.null()])).optional(),
  trigger_length: z.int().min(1).max(10).default(3),
  tests: z.array(behaviour).default([]),
  /** For directional tests: the probability of this class should … */
  direction: z.enum(['up', 'down']).default('down'),
  /** … move by no more than this against the direction. */
  tolerance: z.number().min(0).max(1).default(0.1),
  seed: z.int().default(0),
  budget: optionBudget,
});
export type AttackOptions = z.infer<typeof attackOptions>;

/**
 * Reads the options of an attack at the path `at` of the payload. Throws INPUT_INVALID with the field's path.
 */
export function parseAttackOptions(
  given: Readonly<Record<string, unknown>>,
  at = 'attack',
): ParsedOptions<AttackOptions> {
  return parseOptions(attackOptions, given, at);
}
