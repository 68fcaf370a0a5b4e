import {
  type AttackContext,
  type Filling,
  type FillMaskRequest,
  ownNeighbours,
  readVocabulary,
  type Vocabulary,
} from '@tessera/attack';
import { AppError } from '@tessera/base';
import { type AttackOptions, jobPayload } from '@tessera/contracts';
import type { DifferentiableRuntime } from '@tessera/serving';
import { runTask } from '@tessera/tasks';
import type { SaliencyContext } from '../contexts/explain-context.ts';

/** Opens another deployed model in this process; throws MODEL_UNKNOWN. */
export type OpenHelper = (identifier: string) => Promise<DifferentiableRuntime>;

/** What other models give an attack, for those that the options name. */
export function helperCalls(
  { similarity_model: similar, neighbour_model: near, fill_mask_model: filler }: AttackOptions,
  open: OpenHelper,
  context: SaliencyContext,
): Pick<AttackContext, 'similarity' | 'neighbours' | 'fillMask'> {
  return {
    ...(similar === undefined
      ? {}
      : {
          similarity: async (pairs) => cosines(pairs, { ...context, runtime: await embedder(similar, open) }),
        }),
    ...(near === undefined ? {} : { neighbours: neighboursIn(near, open) }),
    ...(filler === undefined
      ? {}
      : { fillMask: async (requests) => fillings(requests, await open(filler), context) }),
  };
}

type EmbedderContext = Omit<SaliencyContext, 'runtime'> & { readonly runtime: DifferentiableRuntime };

async function embedder(identifier: string, open: OpenHelper): Promise<DifferentiableRuntime> {
  const runtime = await open(identifier);
  const { outputs } = runtime.description;
  if (
    ['last_hidden_state', 'sentence_embedding', 'hidden_states'].some((name) =>
      outputs.includes(name as never),
    )
  )
    return runtime;
  throw new AppError('MODEL_TASK_MISMATCH', {
    detail: { model: identifier, task: 'embedding', possible: outputs.join(', ') },
  });
}

async function cosines(
  pairs: readonly (readonly [string, string])[],
  context: EmbedderContext,
): Promise<readonly number[]> {
  const texts = [...new Set(pairs.flat())];
  const payload = jobPayload.parse({ task: 'embedding', input: texts, options: { normalize: true } });
  const { tensors } = await runTask(payload, context);
  const { data, shape } = tensors['embeddings']!;
  const width = shape.at(-1)!;
  const rows = data as Float32Array;
  const row = (text: string): Float32Array => {
    const at = texts.indexOf(text);
    return rows.subarray(at * width, (at + 1) * width);
  };
  return pairs.map(([a, b]) => cosine(row(a), row(b)));
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let h = 0; h < a.length; h += 1) {
    ab += a[h]! * b[h]!;
    aa += a[h]! ** 2;
    bb += b[h]! ** 2;
  }
  return ab / Math.max(1e-12, Math.sqrt(aa * bb));
}

/** The other model's own word-embedding space. */
function neighboursIn(identifier: string, open: OpenHelper): NonNullable<AttackContext['neighbours']> {
  let vocabulary: Promise<Vocabulary> | null = null;
  const read = async (): Promise<Vocabulary> => {
    const runtime = await open(identifier);
    const { rows, width } = await runtime.embeddingTable();
    return { entries: entriesOf(runtime), table: rows, width };
  };
  return async (words, count) => {
    vocabulary ??= read();
    const found = await vocabulary;
    return words.map((word) => ownNeighbours(word, count, found));
  };
}

/** Whole words that the masked-language model expects, best first. */
async function fillings(
  requests: readonly FillMaskRequest[],
  runtime: DifferentiableRuntime,
  { signal }: SaliencyContext,
): Promise<readonly (readonly Filling[])[]> {
  const { tokenizer, description } = runtime;
  const { maskId } = tokenizer.specials;
  const mask = maskId === null ? null : tokenizer.idToToken(maskId);
  if (mask === null || !description.outputs.includes('logits'))
    throw new AppError('MODEL_TASK_MISMATCH', {
      detail: {
        model: description.identifier,
        task: 'fill-mask (it has no mask token or no logits)',
        possible: description.outputs.join(', '),
      },
    });
  const texts = requests.map(({ words, index, masked }) =>
    words.map((word, i) => (i === index && masked ? mask : word)).join(' '),
  );
  const encoded = await tokenizer.encodeAll(texts, {
    maxLength: tokenizer.maxLength,
    truncation: 'only-first',
    addSpecialTokens: true,
    stride: null,
  });
  const rows = encoded.map(([only]) => only!);
  const places = rows.map((row, k) =>
    requests[k]!.masked ? row.inputIds.indexOf(maskId!) : tokenOfWord(row.offsets, requests[k]!),
  );
  const entries = entriesOf(runtime);
  const { rows: outputs } = await runtime.forward({ rows, outputs: ['logits'], signal });
  return outputs.map((output, k) => {
    const { data, shape } = output['logits']!;
    const [, size] = shape as [number, number];
    const place = places[k]!;
    if (place < 0) return []; // the word lies behind the model's limit
    const scores = (data as Float32Array).subarray(place * size, (place + 1) * size);
    return topWords(scores, entries, requests[k]!.count);
  });
}

/** The first token of the word, which begins where the words before it and their blanks end. */
function tokenOfWord(
  offsets: readonly (readonly [number, number])[],
  { words, index }: FillMaskRequest,
): number {
  const before = words.slice(0, index).join(' ');
  const start = [...before].length + (index > 0 ? 1 : 0);
  return offsets.findIndex(([from, to]) => from <= start && to > start);
}

function topWords(scores: Float32Array, entries: Vocabulary['entries'], count: number): readonly Filling[] {
  const top = scores.reduce((a, b) => Math.max(a, b), -Infinity);
  const total = scores.reduce((sum, score) => sum + Math.exp(score - top), 0);
  return [...scores.keys()]
    .filter((id) => entries[id]?.startsWord && /^\p{L}+$/u.test(entries[id].text))
    .sort((a, b) => scores[b]! - scores[a]!)
    .slice(0, count)
    .map((id) => ({ word: entries[id]!.text, probability: Math.exp(scores[id]! - top) / total }));
}

function entriesOf({ tokenizer }: DifferentiableRuntime): Vocabulary['entries'] {
  return readVocabulary({
    size: tokenizer.vocabularySize,
    idToToken: (id) => tokenizer.idToToken(id),
    specialIds: new Set(Object.values(tokenizer.specials).filter((id) => id !== null)),
  });
}
