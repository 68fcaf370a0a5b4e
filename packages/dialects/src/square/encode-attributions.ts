import type { ExplainedInstance, Explanation, JsonObject } from '@tessera/contracts';

type Part = keyof ExplainedInstance['words'];
type Shown = Pick<Explanation['options'], 'top_k' | 'mode' | 'signed'>;

/**
 * `attributions` (docs/square-wire.md#results, #question-and-context): outer index = instance; words as
 * [place, word, score], and of each part the places of its `top_k` best words. Ranks come from the unrounded
 * scores, ties by position; `mode` empties the list of the part it leaves out.
 */
export function encodeAttributions(instances: readonly ExplainedInstance[], shown: Shown): JsonObject {
  return {
    topk_question_idx: instances.map((instance) => ranked(instance, 'question', shown)),
    topk_context_idx: instances.map((instance) => ranked(instance, 'context', shown)),
    question_tokens: instances.map(({ words }) =>
      words.question.map(({ text, score }, i) => [i, text, score]),
    ),
    context_tokens: instances.map(({ words }) => words.context.map(({ text, score }, i) => [i, text, score])),
  };
}

function ranked(
  { tokens, words }: ExplainedInstance,
  part: Part,
  { top_k = Number.POSITIVE_INFINITY, mode = 'all', signed = false }: Shown,
): readonly number[] {
  if (mode !== 'all' && mode !== part) return [];
  const scores = words[part].map(() => 0);
  // Words of a question behind its mark have a place, and are not shown.
  for (const { part: own, word, value } of tokens)
    if (own === part && word !== null && word < scores.length)
      scores[word]! += signed ? value : Math.abs(value);
  return scores
    .map((_, i) => i)
    .sort((a, b) => scores[b]! - scores[a]! || a - b)
    .slice(0, top_k);
}
