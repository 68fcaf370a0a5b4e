import type { TaskName } from '@tessera/contracts';

/** One job of the demo: what is sent, and how its answer reads to a person. */
export interface SampleJob {
  readonly title: string;
  readonly model: string;
  readonly task: TaskName;
  readonly body: Readonly<Record<string, unknown>>;
  /** Lines a person wants to read; `result` is the wire's `result` object. */
  // biome-ignore lint/suspicious/noExplicitAny: the demo reads the public wire like any client without types would
  show(result: any): readonly string[];
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const quote = (text: string): string => `“${text}”`;

/**
 * base64 .npy of little-endian float32, as SQuARE's clients read it (docs/square-wire.md#arrays): shape and
 * values.
 */
function readNpy(base64: string): { shape: number[]; values: Float32Array } {
  const bytes = Buffer.from(base64, 'base64');
  const headerLength = bytes.readUInt16LE(8);
  const shape = (/\(([^)]*)\)/.exec(bytes.toString('latin1', 10, 10 + headerLength))?.[1] ?? '')
    .split(',')
    .filter((s) => s.trim())
    .map(Number);
  const data = bytes.subarray(10 + headerLength);
  return { shape, values: new Float32Array(Uint8Array.from(data).buffer) };
}

const reviews = ['A warm, funny film.', 'The plot is thin; the acting, thinner.'];
const place = 'The river Aire flows through the city of Leeds, which grew up around its mills.';
const sentences = [
  'The cat sits on the mat.',
  'A cat is sitting on a rug.',
  'Interest rates rose again in May.',
];

export const sampleJobs: readonly SampleJob[] = [
  {
    title: 'Sequence classification',
    model: 'tessera/sentiment-en',
    task: 'sequence-classification',
    body: { input: reviews },
    show(result) {
      const { shape, values } = readNpy(result.model_outputs.logits);
      return reviews.map((review, i) => {
        const label = result.labels[i];
        return `${quote(review)} → ${result.id2label[label]} (${percent(values[i * shape[1]! + label]!)})`;
      });
    },
  },
  {
    title: 'Token classification',
    model: 'tessera/ner-en',
    task: 'token-classification',
    body: { input: ['Angela Merkel met Emmanuel Macron in Strasbourg.'] },
    show(result) {
      const words = this.body.input as string[];
      const text = words[0]!.match(/[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu) ?? [];
      const labelOf = new Map<number, string>();
      (result.word_ids[0] as (number | null)[]).forEach((word, token) => {
        if (word !== null && !labelOf.has(word)) labelOf.set(word, result.id2label[result.labels[0][token]]);
      });
      const named = text.flatMap((word, i) =>
        labelOf.get(i) && labelOf.get(i) !== 'O' ? [`${word} ${labelOf.get(i)}`] : [],
      );
      return [`${quote(words[0]!)} → ${named.join(' · ')}`];
    },
  },
  {
    title: 'Question answering',
    model: 'tessera/qa-en',
    task: 'question-answering',
    body: { input: [['Which river flows through Leeds?', place]], task_kwargs: { topk: 2 } },
    show(result) {
      const best = result.answers[0].map(
        (a: { answer: string; score: number; start: number; end: number }) =>
          a.answer === ''
            ? `no answer (${percent(a.score)})`
            : `${quote(a.answer)} (${percent(a.score)}, characters ${a.start}–${a.end})`,
      );
      return [`${quote('Which river flows through Leeds?')} in ${quote(place)}`, `→ ${best.join(', then ')}`];
    },
  },
  {
    title: 'Embedding',
    model: 'tessera/all-minilm-l6-v2',
    task: 'embedding',
    body: { input: sentences, task_kwargs: { embedding_mode: 'mean', normalize: true } },
    show(result) {
      const { shape, values } = readNpy(result.model_outputs.embeddings);
      const width = shape[1]!;
      const cosine = (a: number, b: number): string => {
        let dot = 0;
        for (let h = 0; h < width; h++) dot += values[a * width + h]! * values[b * width + h]!;
        return dot.toFixed(2);
      };
      return [
        `${shape[0]} vectors of ${width} numbers; cosine similarity to ${quote(sentences[0]!)}:`,
        `${cosine(0, 1)} ${quote(sentences[1]!)}`,
        `${cosine(0, 2)} ${quote(sentences[2]!)}`,
      ];
    },
  },
];
