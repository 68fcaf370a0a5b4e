import type { JsonObject, Prediction, TaskName } from '@tessera/contracts';

/** Every field of a result at its default: SQuARE sends them all (docs/square-wire.md#results). */
export const resultDefaults: Readonly<Record<TaskName, JsonObject>> = {
  'sequence-classification': {
    labels: [],
    id2label: {},
    attributions: [],
    questions: [],
    contexts: [],
    adversarial: {},
  },
  'token-classification': { labels: [], id2label: {}, word_ids: [] },
  embedding: { embedding_mode: '', word_ids: [] },
  generation: { generated_texts: [] },
  'question-answering': {
    answers: [],
    questions: [],
    contexts: [],
    attributions: [],
    // Not {}: skill-api takes any non-null value as "do not sort again", and SQuARE's own value is this
    // (docs/square-wire.md#client-traps 11).
    adversarial: { indices: [] },
    bertviz: [],
  },
};

/**
 * A prediction under SQuARE's names (docs/square-wire.md#results); members that are not SQuARE's come last.
 */
const encoders: { readonly [T in TaskName]: (prediction: Prediction<T>) => JsonObject } = {
  'sequence-classification': ({ labels, id2label, labelSets }) => ({
    labels,
    id2label,
    ...(labelSets && { label_sets: labelSets }),
  }),
  'token-classification': ({ labels, id2label, wordIds, tokens, offsets }) => ({
    labels,
    id2label,
    word_ids: wordIds,
    tokens,
    offsets,
  }),
  embedding: ({ mode, wordIds = [] }) => ({ embedding_mode: mode ?? '', word_ids: wordIds }),
  'question-answering': ({ answers }) => ({ answers }),
  generation: ({ generatedTexts, finishReasons, inputLengths, seed }) => ({
    generated_texts: generatedTexts,
    finish_reasons: finishReasons,
    input_lengths: inputLengths,
    ...(seed === undefined ? {} : { seed }),
  }),
};

/** A task's prediction in SQuARE's words. */
export function encodePrediction<T extends TaskName>(prediction: Prediction<T>, task: T): JsonObject {
  return encoders[task](prediction);
}
