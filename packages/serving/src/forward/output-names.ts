import { AppError } from '@tessera/base';
import type { OutputName } from '../description.ts';
import { readTypes } from '../session/element-types.ts';
import type { ValueSpec } from '../session/session.ts';
import { plainName } from './signature.ts';

/** Outputs by logical name; gradient files have two more, the second a list beside `attentions`. */
export type FileOutput = OutputName | 'gradient' | 'attention_gradients';

/**
 * Which outputs of a file make up each logical output; lists (attentions, hidden_states) have one entry per
 * layer.
 */
export type OutputMap = ReadonlyMap<FileOutput, readonly string[]>;

const aliases: readonly (readonly [OutputName, RegExp])[] = [
  ['logits', /^(logits|scores|predictions)$/],
  ['start_logits', /^start_logits$/],
  ['end_logits', /^end_logits$/],
  ['last_hidden_state', /^(last_hidden_state|token_embeddings|encoder_last_hidden_state)$/],
  ['pooler_output', /^pooler_output$/],
  ['sentence_embedding', /^(sentence_embeddings?|embeddings|text_embeds|dense_vecs)$/],
];
const lists: readonly (readonly [OutputName, RegExp])[] = [
  ['attentions', /^(?:encoder_)?attentions?[._/](\d+)$/],
  ['hidden_states', /^(?:encoder_)?hidden_states?[._/](\d+)$/],
];

/**
 * Finds the logical outputs of a file by name. Files that name none of them (`output_0`, `1234`) are
 * understood by the head in `modelClass` and the ranks, in the order transformers returns them: start and
 * end; logits; last hidden state, pooled.
 */
export function mapOutputs(outputs: readonly ValueSpec[], modelClass: string | null): OutputMap {
  const found = new Map<OutputName, string[]>();
  for (const [logical, pattern] of aliases) {
    const match = outputs.find((output) => pattern.test(plainName(output.name)) && fits(logical, output));
    if (match) found.set(logical, [match.name]);
  }
  for (const [logical, pattern] of lists) {
    const members = outputs
      .flatMap(({ name }) => {
        const index = plainName(name).match(pattern)?.[1];
        return index === undefined ? [] : [{ name, index: Number(index) }];
      })
      .sort((a, b) => a.index - b.index);
    if (members.length > 0)
      found.set(
        logical,
        members.map(({ name }) => name),
      );
  }
  return [...found.keys()].some((name) => name !== 'attentions' && name !== 'hidden_states')
    ? found
    : new Map([...found, ...byPosition(outputs, modelClass ?? '')]);
}

/** `embeddings` is what some exporters call a vector per text, others one per token. */
function fits(logical: OutputName, { shape }: ValueSpec): boolean {
  return logical !== 'sentence_embedding' || shape.length === 0 || shape.length === 2;
}

/** Throws MODEL_LOAD_FAILED naming an output whose elements cannot be read. */
export function requireReadable(outputs: readonly ValueSpec[], map: OutputMap, model: string): void {
  const names = new Set([...map.values()].flat());
  const odd = outputs.find(
    ({ name, dtype }) => names.has(name) && !(readTypes as readonly string[]).includes(dtype),
  );
  if (!odd) return;
  const reason = `its output ${odd.name} has the element type ${odd.dtype}; known are ${readTypes.join(', ')}`;
  throw new AppError('MODEL_LOAD_FAILED', { detail: { model, reason } });
}

function byPosition(
  outputs: readonly ValueSpec[],
  modelClass: string,
): readonly (readonly [OutputName, string[]])[] {
  const [first, second] = outputs;
  if (!first) return [];
  if (/ForQuestionAnswering/.test(modelClass))
    return second
      ? [
          ['start_logits', [first.name]],
          ['end_logits', [second.name]],
        ]
      : [];
  if (/For\w+|LMHead/.test(modelClass)) return [['logits', [first.name]]];
  const hidden = outputs.find(({ shape }) => shape.length === 3);
  const pooled = outputs.find(({ shape }) => shape.length === 2);
  return [
    ...(hidden ? [['last_hidden_state', [hidden.name]] as const] : []),
    ...(pooled ? [['pooler_output', [pooled.name]] as const] : []),
  ].map(([name, files]) => [name, [...files]] as const);
}
