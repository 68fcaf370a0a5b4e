import { AppError } from '@tessera/base';
import type { JobPayload } from '@tessera/contracts';
import type { ExplainInstance, PoolingMode, Prediction, Texts } from '@tessera/explain';
import {
  decodeSpans,
  encodeWindows,
  type HeadContext,
  isChoiceModel,
  prepareRows,
  scoredWindows,
  trimAnswer,
} from '@tessera/tasks';

/**
 * The inputs of a payload as an explanation wants them: tokenized by the task's own rules, with what was
 * predicted.
 */
export interface Instances {
  readonly instances: readonly ExplainInstance[];
  /** The model takes rank-3 inputs. */
  readonly asChoices: boolean;
}

/** Tokenizes every input as its head does and says which prediction is to be explained. */
export async function instancesOf(payload: JobPayload, context: HeadContext): Promise<Instances> {
  const { runtime } = context;
  switch (payload.task) {
    case 'sequence-classification': {
      const asChoices = isChoiceModel(runtime);
      const choice = asChoices || payload.options.multipleChoice;
      return {
        ...(await oneWindow(payload, context, () => ({ kind: choice ? 'choice' : 'class' }))),
        asChoices,
      };
    }
    case 'token-classification':
      return oneWindow(payload, context, () => ({ kind: 'token-class' }));
    case 'embedding': {
      const pooling = poolingOf(payload, context);
      return oneWindow(payload, context, (i) => ({ kind: 'similarity', pooling, other: i === 0 ? 1 : 0 }));
    }
    case 'question-answering':
      return answers(payload, context);
    case 'generation':
      throw new Error('generated text is explained by generated-steps.ts, which needs what was generated');
  }
}

async function oneWindow(
  payload: JobPayload,
  context: HeadContext,
  prediction: (index: number) => Prediction,
): Promise<Instances> {
  const { encodings } = await prepareRows(payload, context);
  return {
    asChoices: false,
    instances: payload.input.map((input, i) => ({
      texts: textsOf(input),
      windows: [encodings[i]!],
      prediction: prediction(i),
    })),
  };
}

async function answers(payload: JobPayload<'question-answering'>, context: HeadContext): Promise<Instances> {
  const { runtime, signal } = context;
  const { tokenizer } = runtime;
  const { maxLength, stride, addSpecialTokens } = payload.preprocessing;
  const inputs = await encodeWindows(tokenizer, payload.input, {
    maxLength: Math.min(tokenizer.maxLength, maxLength ?? Number.POSITIVE_INFINITY),
    addSpecialTokens: addSpecialTokens ?? true,
    stride,
  });
  const instances = inputs.map(async ({ encodings, context: text }, i): Promise<ExplainInstance> => {
    const { rows } = await runtime.forward({
      rows: encodings,
      outputs: ['start_logits', 'end_logits'],
      signal,
      ...(context.tag === undefined ? {} : { tag: context.tag }),
    });
    const windows = scoredWindows(encodings, rows, tokenizer);
    const [best] = decodeSpans(windows, { ...payload.options, topk: 1 });
    const { start, end, window, startToken, endToken } = trimAnswer(best!, text);
    return {
      texts: textsOf(payload.input[i]!),
      windows: encodings,
      prediction: {
        kind: 'answer',
        start,
        end,
        answer: text.slice(start, end),
        nullToken: windows[window]!.nullToken,
        span: { window, first: startToken, last: endToken },
      },
    };
  });
  return { asChoices: false, instances: await Promise.all(instances) };
}

/** Poolings whose gradient is known to explanations, by their name in modules.json. */
const explained: Readonly<Partial<Record<string, PoolingMode>>> = {
  cls: 'cls',
  max: 'max',
  mean: 'mean',
  mean_sqrt_len_tokens: 'mean',
  lasttoken: 'last',
};

/**
 * How the embedding head pools: by the mode asked for, else as a sentence-transformers folder says, else the
 * mean.
 */
function poolingOf(payload: JobPayload<'embedding'>, { runtime }: HeadContext): PoolingMode {
  const { mode } = payload.options;
  const { sentenceTransformer, outputs } = runtime.description;
  if (mode === null && outputs.includes('sentence_embedding')) return 'sentence';
  if (mode === null && sentenceTransformer) {
    const [pooling, ...more] = sentenceTransformer.steps;
    const only = pooling?.kind === 'pooling' ? pooling.modes : [];
    const known = only.length === 1 ? explained[only[0]!] : undefined;
    if (known === undefined || more.some(({ kind }) => kind !== 'normalize'))
      throw new AppError('FEATURE_UNAVAILABLE', {
        detail: {
          field: 'explain',
          problem:
            'this model has layers beside a plain pooling; name a mode in `options` to explain without them',
        },
      });
    return known;
  }
  return mode === null || mode === 'token' ? 'mean' : mode;
}

function textsOf(input: JobPayload['input'][number]): Texts {
  return typeof input === 'string' ? [input] : input;
}
