import type { JsonObject, TaskName } from '@tessera/contracts';

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
