import {
  type AttackContext,
  type LossGradient,
  type LossRequest,
  type Outcome,
  readVocabulary,
  type Saliency,
  type Unit,
  type Vocabulary,
} from '@tessera/attack';
import { AppError } from '@tessera/base';
import {
  defaultExplainOptions,
  type ExplainMethod,
  type JobPayload,
  type Prediction,
  type Tensor,
  valuesMethod,
} from '@tessera/contracts';
import {
  answerSpan,
  crossEntropyOfClass,
  crossEntropyOfSpan,
  type ExplainContext,
  explain,
  linear,
  probabilities,
  type ScalarTarget,
  scalarOf,
  type TokenSequence,
} from '@tessera/explain';
import { type HeadContext, runTask } from '@tessera/tasks';
import type { SaliencyContext } from './explain-context.ts';
import { instancesOf } from './instances.ts';

/** Answers looked through for the original one's probability. */
const candidateAnswers = 20;

/**
 * What an attack on this payload's kind of input may ask, answered by the task's own head and the explain
 * context.
 */
export async function attackContext(
  payload: JobPayload,
  context: SaliencyContext,
  model: ExplainContext,
): Promise<AttackContext> {
  const { tokenizer } = context.runtime;
  const predict = (units: readonly Unit[]): Promise<readonly Outcome[]> =>
    outcomesOf(payload, units, context);
  return {
    model: model.model,
    chunkRows: context.batchSize,
    signal: context.signal,
    monotonicMs: context.monotonicMs,
    reportProgress: context.reportProgress,
    predict,
    lossGradient: (requests) => lossGradients(requests, { payload, context, model }),
    async encode(texts) {
      const encoded = await tokenizer.encodeAll(texts, {
        maxLength: Number.MAX_SAFE_INTEGER,
        truncation: 'none',
        addSpecialTokens: false,
        stride: null,
      });
      return encoded.map(([whole]) => whole!);
    },
    vocabulary: () => vocabularyOf(context.runtime),
    saliency: (units, method) => saliencies(units, method, { payload, context, model, predict }),
  };
}

/** The payload with other rows, asking for nothing but the prediction. */
export function withRows<P extends JobPayload>(payload: P, rows: JobPayload['input']): P {
  return {
    ...payload,
    input: rows,
    explain: null,
    attack: null,
    outputAttentions: false,
    outputHiddenStates: false,
  };
}

export function isChoice(payload: JobPayload, context: HeadContext): boolean {
  if (payload.task !== 'sequence-classification') return false;
  const { modelClass } = context.runtime.description;
  return payload.options.multipleChoice || (modelClass?.endsWith('ForMultipleChoice') ?? false);
}

async function outcomesOf(
  payload: JobPayload,
  units: readonly Unit[],
  context: HeadContext,
): Promise<readonly Outcome[]> {
  if (payload.task === 'question-answering') {
    const topk = Math.max(candidateAnswers, payload.options.topk);
    const asked = withRows(
      payload,
      units.map(([row]) => row),
    );
    const { prediction } = await runTask({ ...asked, options: { ...payload.options, topk } }, context);
    return prediction.answers.map(([best, ...others]) => ({
      kind: 'answer',
      ...best!,
      candidates: [best!, ...others].map(({ answer, score }) => ({ answer, score })),
    }));
  }
  if (payload.task !== 'sequence-classification')
    throw new Error(`the outcomes of ${payload.task} are not compared`);
  if (isChoice(payload, context)) {
    const found = units.map(async (unit): Promise<Outcome> => {
      const { prediction, tensors } = await runTask(withRows(payload, [...unit]), context);
      const [label] = labelsOf(prediction);
      return { kind: 'choice', label: label!, probabilities: rowsOf(tensors['logits']!)[0]! };
    });
    return Promise.all(found);
  }
  const { prediction, tensors } = await runTask(
    withRows(
      payload,
      units.map(([row]) => row),
    ),
    context,
  );
  const rows = rowsOf(tensors['logits']!);
  return labelsOf(prediction).map((label, i) => ({ kind: 'class', label, probabilities: rows[i]! }));
}

function labelsOf({ labels }: Prediction<'sequence-classification'>): readonly number[] {
  if (labels.length > 0) return labels;
  throw new AppError('INPUT_INVALID', {
    detail: { field: 'attack', problem: 'a regression has no label that could be changed' },
  });
}

function rowsOf({ data, shape }: Tensor): readonly (readonly number[])[] {
  const width = shape.at(-1)!;
  return Array.from({ length: data.length / width }, (_, b) =>
    Array.from((data as Float32Array).subarray(b * width, (b + 1) * width)),
  );
}

interface Parts {
  readonly payload: JobPayload;
  readonly context: HeadContext;
  readonly model: ExplainContext;
}

interface Point {
  readonly sequence: TokenSequence;
  readonly target: ScalarTarget;
}

async function lossGradients(
  requests: readonly LossRequest[],
  parts: Parts,
): Promise<readonly LossGradient[]> {
  const points = await Promise.all(requests.map((request) => pointsOf(request, parts)));
  const flat = points.flatMap(({ rows }) => rows);
  const { model } = parts;
  const answers: { readonly loss: number; readonly gradient: Float32Array }[] = [];
  for (let from = 0; from < flat.length; from += model.chunkRows) {
    const chunk = flat.slice(from, from + model.chunkRows);
    const found = await model.gradient({
      points: chunk.map(({ sequence, target }) => ({ input: sequence, target })),
      at: 'word-embeddings',
      asChoices: points[0]!.asChoices,
    });
    answers.push(
      ...found.map(({ gradient, outputs }, i) => ({ gradient, loss: scalarOf(chunk[i]!.target, outputs) })),
    );
  }
  let at = 0;
  return points.map(({ rows, loss }) => {
    const own = rows.map(({ sequence }) => ({ tokens: sequence, ...answers[at++]! }));
    return { loss: loss ?? own[0]!.loss, rows: own };
  });
}

/** The rows of a unit with the scalar whose gradient is the loss's. */
async function pointsOf(
  { unit, of }: LossRequest,
  { payload, context, model }: Parts,
): Promise<{ readonly rows: readonly Point[]; readonly asChoices: boolean; readonly loss?: number }> {
  const { instances, asChoices } = await instancesOf(withRows(payload, [...unit]), context);
  const windows = instances.map((instance) => instance.windows);
  if (of.kind === 'class') {
    const target = crossEntropyOfClass(of.label);
    return { rows: [{ sequence: windows[0]![0]!, target }], asChoices };
  }
  if (of.kind === 'choice') {
    // L = −log softmax(z)_label over the choices' logits: dL/dz_r = p_r − [r = label], one row each.
    const sequences = windows.map(([only]) => only!);
    const rows = await model.forward({ rows: sequences, outputs: ['logits'], asChoices });
    const p = probabilities(rows.map((row) => Number(row['logits']!.data.at(-1))));
    const seeded = sequences.map((sequence, r) => {
      const weight = p[r]! - (r === of.label ? 1 : 0);
      return { sequence, target: linear({ output: 'logits', index: [-1], weight }) };
    });
    return { rows: seeded, asChoices, loss: -Math.log(p[of.label]!) };
  }
  const [own] = windows;
  const prediction = instances[0]!.prediction;
  const nullToken = prediction.kind === 'answer' ? (prediction.nullToken ?? 0) : 0;
  const outputs = await model.forward({ rows: own!, outputs: ['start_logits', 'end_logits'] });
  const spans = own!.map((sequence, w) =>
    of.answer === ''
      ? { first: nullToken, last: nullToken, score: -w }
      : answerSpan(sequence, outputs[w]!, of),
  );
  const best = spans.reduce(
    (top, span, w) => (span && (top < 0 || span.score > spans[top]!.score) ? w : top),
    -1,
  );
  const span = spans[best] ?? { first: nullToken, last: nullToken };
  const sequence = own![Math.max(0, best)]!;
  return { rows: [{ sequence, target: crossEntropyOfSpan(sequence, span, nullToken) }], asChoices: false };
}

/** One vocabulary a loaded model: reading it takes longer than a flip. */
const vocabularies = new WeakMap<object, Promise<Vocabulary>>();

function vocabularyOf(runtime: SaliencyContext['runtime']): Promise<Vocabulary> {
  const known = vocabularies.get(runtime);
  if (known) return known;
  const read = async (): Promise<Vocabulary> => {
    const { tokenizer } = runtime;
    const { rows, width, vocabulary } = await runtime.embeddingTable();
    // A table may be padded past the tokenizer's words, or stop short of tokens that were added later.
    const size = Math.min(tokenizer.vocabularySize, vocabulary);
    const specialIds = new Set(Object.values(tokenizer.specials).filter((id) => id !== null));
    const entries = readVocabulary({ size, idToToken: (id) => tokenizer.idToToken(id), specialIds });
    return { entries, table: rows, width };
  };
  const reading = read();
  vocabularies.set(runtime, reading);
  reading.catch(() => vocabularies.delete(runtime));
  return reading;
}

async function saliencies(
  units: readonly Unit[],
  method: ExplainMethod,
  { payload, context, model, predict }: Parts & { readonly predict: AttackContext['predict'] },
): Promise<readonly Saliency[]> {
  const found = units.map(async (unit): Promise<Saliency> => {
    const { instances, asChoices } = await instancesOf(withRows(payload, [...unit]), context);
    // Of choices the chosen one is explained; what they share has the same place in each.
    const [outcome] = unit.length > 1 ? await predict([unit]) : [];
    const row = outcome && outcome.kind !== 'answer' ? outcome.label : 0;
    const options = defaultExplainOptions(valuesMethod(method));
    const { explanation } = await explain({ options, instances: [instances[row]!], asChoices }, model);
    const { modelCalls, tokens, window } = explanation.instances[0]!;
    const { sequenceIds } = instances[row]!.windows[window?.index ?? 0]!;
    return {
      modelCalls: modelCalls + (outcome ? unit.length : 0),
      values: tokens.flatMap(({ start, end, value }, t) => {
        const sequence = sequenceIds[t] ?? null;
        return sequence === null ? [] : [{ sequence, start, end, value }];
      }),
    };
  });
  return Promise.all(found);
}
