import { AppError } from '@tessera/base';
import {
  float32,
  type JobPayload,
  type NamedTensors,
  type PredictedResult,
  type Tensor,
} from '@tessera/contracts';
import type { ModelRuntime, OutputName, RowOutputs, SentenceTransformerPipeline } from '@tessera/serving';
import { normalizeRows } from '../arithmetic/normalize.ts';
import { asFloat32, stack, stackVectors } from '../arithmetic/stack.ts';
import type { HeadContext, TaskHead } from '../head.ts';
import { forwardRows } from '../inputs/forward.ts';
import { modelRows, type PreparedRows, padded, prepareRows } from '../inputs/prepare-rows.ts';
import { extraOutputs, joinExtras, requireOutput } from '../inputs/wanted-outputs.ts';
import { cutDimensions } from './dimensions.ts';
import { type HiddenStates, pool } from './pool.ts';
import { countPromptTokens, promptOf, withPrompt } from './prompt.ts';
import { runPipeline } from './sentence-pipeline.ts';

type Payload = JobPayload<'embedding'>;

/** Vectors of texts, [B, H], or of their tokens, [B, T, H] (docs/square-wire.md#embedding). */
export const embedding: TaskHead<'embedding'> = {
  task: 'embedding',
  async run(payload, context) {
    const pipeline = pipelineOf(payload, context);
    if (pipeline) return embedSentences(payload, context, pipeline);
    return isLeftToFile(payload, context) ? embedByFile(payload, context) : embedByMode(payload, context);
  },
};

/**
 * Whether neither the request nor the folder says how to pool, and the file gives a vector per text itself.
 */
function isLeftToFile({ options }: Payload, { runtime: { description } }: HeadContext): boolean {
  const isSilent = options.mode === null && description.sentenceTransformer === null;
  return isSilent && description.outputs.includes('sentence_embedding');
}

/** The file's own vectors of texts, as they are. */
async function embedByFile(payload: Payload, context: HeadContext): Promise<PredictedResult<'embedding'>> {
  const { options } = payload;
  const extras = extraOutputs(context.runtime, { ...payload, outputHiddenStates: false });
  const input = withPrompt(payload.input, promptOf(options, null, null));
  const prepared = await prepareRows({ ...payload, input }, context);
  const rows = await forwardRows(context, {
    rows: modelRows(prepared.encodings, extras.length > 0 ? prepared.longest : null),
    outputs: ['sentence_embedding', ...extras],
  });
  const vectors = rows.map((row) => finishPooled(asFloat32(row.sentence_embedding!), options.normalize));
  return {
    prediction: { mode: null },
    tensors: {
      embeddings: cutDimensions(stackVectors(vectors), options.dimensions),
      ...joinExtras(rows, extras),
    } satisfies NamedTensors,
    warnings: prepared.warnings,
  };
}

/**
 * A sentence-transformer model pools its own way unless the request names a mode. (SQuARE ignores the mode
 * there; asking for one and silently getting another is no contract anybody relies on:
 * docs/square-differences.md.)
 */
function pipelineOf(
  payload: Payload,
  { modelType, runtime }: HeadContext,
): SentenceTransformerPipeline | null {
  if (payload.options.mode !== null) return null;
  const wanted = modelType === undefined || modelType === 'auto' || modelType === 'sentence-transformer';
  return wanted ? runtime.description.sentenceTransformer : null;
}

async function embedSentences(
  payload: Payload,
  context: HeadContext,
  pipeline: SentenceTransformerPipeline,
): Promise<PredictedResult<'embedding'>> {
  const { runtime } = context;
  const ready = isPooledByFile(runtime);
  const output = ready ? 'sentence_embedding' : statesOutput(runtime);
  const prompt = promptOf(payload.options, pipeline, pipeline.defaultPrompt);
  const preprocessing = { maxLength: pipeline.maxSeqLength, stride: null, addSpecialTokens: true };
  const input = withPrompt(payload.input, prompt);
  const { encodings, warnings } = await prepareRows({ input, preprocessing }, context);
  const promptTokens = ready ? 0 : await countPromptTokens(runtime.tokenizer, pipeline, prompt);
  const rows = await forwardRows(context, {
    rows: modelRows(encodings, null),
    outputs: [output],
  });
  const last = pipeline.steps.at(-1);
  const vectors = rows.map((row, b) =>
    ready
      ? finishPooled(asFloat32(row.sentence_embedding!), last?.kind === 'normalize')
      : runPipeline(hiddenStates(row, encodings[b]!.inputIds.length), pipeline, promptTokens),
  );
  const own = pipeline.dimensions;
  const kept = own === null ? vectors : vectors.map((vector) => vector.slice(0, own));
  return {
    prediction: { mode: null },
    tensors: { embeddings: cutDimensions(stackVectors(kept), payload.options.dimensions) },
    warnings,
  };
}

/**
 * Whether the file gives the sentence's vector and no vectors of tokens, so that modules.json has been run
 * inside it. A runtime names the file's own outputs first and those that it can dig out of the graph behind
 * them.
 */
function isPooledByFile({ description: { outputs } }: ModelRuntime): boolean {
  const pooled = outputs.indexOf('sentence_embedding');
  const tokens = outputs.indexOf('last_hidden_state');
  return pooled >= 0 && (tokens < 0 || pooled < tokens);
}

/** Some exporters leave the last Normalize out; where it is in, it changes nothing. */
function finishPooled(vector: Float32Array, normalize: boolean): Float32Array {
  return normalize ? normalizeRows(vector, vector.length) : vector;
}

async function embedByMode(payload: Payload, context: HeadContext): Promise<PredictedResult<'embedding'>> {
  const { runtime } = context;
  const mode = payload.options.mode ?? 'mean';
  if (mode === 'pooler') requireOutput(runtime, 'pooler_output', 'options.mode');
  // Hidden states are read and never returned here, so only attentions count as an extra
  // (docs/square-wire.md#results).
  const extras = extraOutputs(runtime, { ...payload, outputHiddenStates: false });
  const leaks = (['last_hidden_state', 'pooler_output'] as const).filter((name) =>
    runtime.description.outputs.includes(name),
  );
  const prompt = promptOf(payload.options, runtime.description.sentenceTransformer, null);
  const input = withPrompt(payload.input, prompt);
  const prepared = await prepareRows({ ...payload, input }, context);
  const rows = await forwardRows(context, {
    rows: modelRows(prepared.encodings, prepared.longest),
    outputs: [...new Set<OutputName>([statesOutput(runtime), ...leaks, ...extras])],
  });
  const embeddings = cutDimensions(embeddingsOf(rows, prepared, payload), payload.options.dimensions);
  const tensors: Record<string, Tensor> = { embeddings };
  for (const name of leaks) tensors[name] = stack(rows.map((row) => row[name]!));
  return {
    prediction: {
      mode,
      ...(mode === 'token' && {
        wordIds: prepared.encodings.map((e) => padded(e.wordIds, prepared.longest, null)),
      }),
    },
    tensors: { ...tensors, ...joinExtras(rows, extras) } satisfies NamedTensors,
    warnings: prepared.warnings,
  };
}

/** [B, H], or [B, T, H] in token mode. */
function embeddingsOf(rows: readonly RowOutputs[], prepared: PreparedRows, payload: Payload): Tensor {
  const { normalize } = payload.options;
  const mode = payload.options.mode ?? 'mean';
  const vectors =
    mode === 'pooler'
      ? stack(rows.map((row) => row.pooler_output!))
      : mode === 'token'
        ? stack(rows.map(lastStates))
        : stackVectors(
            rows.map((row, b) => pool(hiddenStates(row, prepared.encodings[b]!.inputIds.length), mode)),
          );
  return normalize
    ? float32(vectors.shape, normalizeRows(asFloat32(vectors), vectors.shape.at(-1)!))
    : vectors;
}

/** Where the last hidden state comes from: the model's own output, or the last of its hidden states. */
function statesOutput(runtime: ModelRuntime): OutputName {
  const { outputs } = runtime.description;
  if (outputs.includes('last_hidden_state')) return 'last_hidden_state';
  if (outputs.includes('hidden_states')) return 'hidden_states';
  throw new AppError('OUTPUT_UNAVAILABLE', {
    detail: {
      field: 'task',
      output: 'last_hidden_state',
      hint: `It gives ${outputs.join(', ')}; embed with a base model.`,
    },
  });
}

/** The last hidden state of one row, [T, H]. */
function lastStates(row: RowOutputs): Tensor {
  if (row.last_hidden_state) return row.last_hidden_state;
  const layers = Object.keys(row).filter((name) => name.startsWith('hidden_states.')).length;
  return row[`hidden_states.${layers - 1}`]!;
}

function hiddenStates(row: RowOutputs, length: number): HiddenStates {
  const states = lastStates(row);
  return { values: asFloat32(states), length, size: states.shape[1]! };
}
