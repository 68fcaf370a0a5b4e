import { z } from 'zod';
import { attackMethods } from './attack-catalogue.ts';
import { classReference } from './class-reference.ts';
import { explainMethods } from './explain-catalogue.ts';
import { optionBudget } from './option-budget.ts';
import { type ParsedOptions, parseOptions } from './parse-options.ts';

/** One behavioural test of CheckList: a template with {slots}, or perturbations of the request's inputs. */
const behaviour = z
  .object({
    name: z.string().min(1).describe('What the report calls it.'),
    capability: z
      .string()
      .default('')
      .describe('What it tests, such as Robustness; told again in the report.'),
    template: z
      .string()
      .optional()
      .describe('Such as "I {verb} this {noun}."; absent: the inputs of the request are the cases.'),
    lexicon: z
      .record(z.string(), z.array(z.string()).min(1))
      .default({})
      .describe("Words by the template's slots; each combination is a case."),
    perturbation: z
      .union([
        z.enum(['typo', 'contractions', 'punctuation', 'lower_case', 'negate']),
        z.object({ append: z.string().describe('A phrase that is put at the end.') }),
        z.object({ replace: z.record(z.string(), z.string()).describe('New words by old words.') }),
      ])
      .default('typo')
      .describe('What is done to each text: a rule by name, a phrase at the end, or other words.'),
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
  method: z
    .enum(attackMethods, { error: 'Method not allowed. Please enter another attack method.' })
    .describe('What is tried (docs/attacks.md).'),
  saliency_method: z
    .enum(explainMethods)
    .optional()
    .describe('The explanation whose word scores order the words; absent: leaving one out.'),
  max_flips: z.int().min(1).max(1000).default(10).describe('Words that may be changed.'),
  max_reductions: z.int().min(1).max(1000).default(10).describe('Words that may be taken away.'),
  max_tokens: z.int().min(1).max(1000).default(10).describe('Words kept by sub_span and topk_tokens.'),
  include_answer: z.boolean().default(false).describe('Whether words of the answer may be changed too.'),
  target: classReference
    .optional()
    .describe('Class to reach, by index or label; absent: any other than the predicted one.'),
  beam: z
    .int()
    .min(1)
    .max(50)
    .optional()
    .describe('Members of the beam; absent: 5 for input_reduction, else 1, which is greedy.'),
  candidates: z
    .int()
    .min(1)
    .max(1000)
    .optional()
    .describe(
      'Replacements judged in one step; absent: hotflip 16, universal_triggers 20, neighbour_substitution 15, ' +
        'bae 50, bert_attack 48.',
    ),
  max_changed: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('Share of the words that may be changed; one always may.'),
  change_stop_words: z.boolean().default(false).describe('Whether stop words may be changed and put in.'),
  min_cosine: z
    .number()
    .min(-1)
    .max(1)
    .optional()
    .describe('Least cosine of old and new word in the embedding space.'),
  min_similarity: z
    .number()
    .min(-1)
    .max(1)
    .optional()
    .describe('Least cosine of old and new text by similarity_model.'),
  similarity_model: z.string().min(1).optional().describe('Deployed embedding model for min_similarity.'),
  neighbour_model: z
    .string()
    .min(1)
    .optional()
    .describe("Deployed embedding model whose neighbours are used; absent: the model's own word embeddings."),
  fill_mask_model: z
    .string()
    .min(1)
    .optional()
    .describe('Deployed masked-language model for bae and bert_attack.'),
  protect: z
    .array(
      z.tuple([z.int().min(0), z.int().min(0)]).refine(([start, end]) => start <= end, {
        error: 'a span is [start, end), so its end cannot come before its start',
      }),
    )
    .default([])
    .describe('Spans of the attacked text that stay: [start, end) in code points.'),
  // Inputs that the model gets wrong to begin with are skipped, as TextAttack does.
  labels: z
    .array(z.union([classReference, z.array(z.string()).min(1), z.null()]))
    .optional()
    .describe(
      'What is true of each input: a class by index or label, or the true answers; null where it is not known. ' +
        'What the model gets wrong by itself is skipped.',
    ),
  trigger_length: z.int().min(1).max(10).default(3).describe('Words of a universal trigger.'),
  tests: z
    .array(behaviour)
    .default([])
    .describe('Tests of a checklist; empty: typos, punctuation and contractions on the inputs.'),
  direction: z
    .enum(['up', 'down'])
    .default('down')
    .describe('checklist_directional: where the probability of the target (or of the prediction) should go.'),
  tolerance: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe('checklist_directional: how far the probability may move the other way.'),
  seed: z.int().default(0).describe('Equal seeds give equal results.'),
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
