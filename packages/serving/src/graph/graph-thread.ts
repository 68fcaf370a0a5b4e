/** Entry of the thread that runs one graph job and ends. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { gradient, support } from '@tessera/autodiff';
import { AppError, toAppError, toWireError } from '@tessera/base';
import {
  embeddingTable,
  exposeOutputs,
  type LoraFiles,
  loadModel,
  type Model,
  mergeLora,
  quantise,
  saveModel,
} from '@tessera/onnx';
import { exposeDecoder } from '../generation/expose-decoder.ts';
import { crossGraph, stepGraph } from '../generation/step-graph.ts';
import { adapterFileNames } from '../store/adapter-files.ts';
import type {
  AdapterFiles,
  CrossJob,
  EmbeddingRows,
  ExposeDecoderJob,
  ExposedDecoderNames,
  ExposedNames,
  ExposeJob,
  GradientJob,
  GradientNames,
  GraphAnswers,
  GraphJob,
  Inspection,
  InspectJob,
  StepJob,
  StepNames,
  TableJob,
  Written,
} from './graph-jobs.ts';

try {
  const answer = await run(workerData as GraphJob);
  parentPort!.postMessage({ answer }, answer !== null && 'rows' in answer ? [answer.rows.buffer] : []);
} catch (thrown) {
  const error = toAppError(thrown);
  const log = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  parentPort!.postMessage({ error: toWireError(error), log });
}

function run(job: GraphJob): Promise<GraphAnswers[GraphJob['kind']]> {
  switch (job.kind) {
    case 'inspect':
      return inspect(job);
    case 'expose':
      return writeExposed(job);
    case 'expose-decoder':
      return writeExposedDecoder(job);
    case 'step':
      return writeStep(job);
    case 'cross':
      return writeCross(job);
    case 'table':
      return readTable(job);
    case 'gradient':
      return writeGradient(job);
    case 'quantise':
      return write(quantise(loadModel(job.model)), job.to);
    case 'merge':
      return write(mergeLora(loadModel(job.model), job.adapters.map(readAdapterFiles)), job.to);
  }
}

async function write(model: Model, to: string): Promise<Written> {
  saveModel(model, to);
  return { bytes: statSync(to).size };
}

function readAdapterFiles({ name, folder }: AdapterFiles): LoraFiles {
  const config = JSON.parse(readFileSync(join(folder, adapterFileNames.config), 'utf8'));
  // A plain Uint8Array: slice() of a Buffer is a view and not a copy.
  return { name, config, tensors: Uint8Array.from(readFileSync(join(folder, adapterFileNames.weights))) };
}

async function inspect({ model: path, of }: InspectJob): Promise<Inspection> {
  const model = loadModel(path);
  const attentions = attempt(() => exposeOutputs(model, { attentions: true }).attentions.length) ?? 0;
  const hiddenStates = attempt(() => exposeOutputs(model, { hiddenStates: true }).hiddenStates.length) ?? 0;
  const embeddingWidth = attempt(() => embeddingTable(model).width);
  const found = { embeddingWidth, attentions, hiddenStates };
  if (embeddingWidth === null || of.length === 0) {
    const missing = ['a lookup of word embeddings fed by input_ids, and a float output'];
    return { ...found, hasTokenGradients: false, missing };
  }
  const { supported, missing } = await support(model, { of, wrt: ['embeddings'] });
  return {
    ...found,
    hasTokenGradients: supported,
    missing: [...new Set(missing.map(({ operator, opset }) => `${operator} (opset ${opset})`))],
  };
}

/** null when the graph does not have what is looked for. */
function attempt<T>(look: () => T): T | null {
  try {
    return look();
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

async function writeExposed({ model, to, attentions, hiddenStates }: ExposeJob): Promise<ExposedNames> {
  const exposed = exposeOutputs(loadModel(model), { attentions, hiddenStates });
  saveModel(exposed.model, to);
  return { attentions: exposed.attentions, hiddenStates: exposed.hiddenStates };
}

async function writeExposedDecoder({ model, to, isFirst }: ExposeDecoderJob): Promise<ExposedDecoderNames> {
  const exposed = exposeDecoder(loadModel(model), isFirst);
  saveModel(exposed.model, to);
  return { attentions: exposed.attentions, crossAttentions: exposed.crossAttentions };
}

async function writeStep({ model, to }: StepJob): Promise<StepNames> {
  const made = stepGraph(loadModel(model));
  if (made === null) {
    writeFileSync(to, '');
    return null;
  }
  const { model: step, ...names } = made;
  saveModel(step, to);
  return names;
}

async function writeCross({ model, to }: CrossJob): Promise<Written | null> {
  const made = crossGraph(loadModel(model));
  if (made !== null) return write(made, to);
  writeFileSync(to, '');
  return null;
}

async function readTable({ model }: TableJob): Promise<EmbeddingRows> {
  const { vocabulary, width, rows } = embeddingTable(loadModel(model));
  // A table may be a view of the file's bytes; only a buffer of its own can be handed over.
  const own = rows.byteLength === rows.buffer.byteLength ? rows : rows.slice();
  return { vocabulary, width, rows: own as Float32Array<ArrayBuffer> };
}

async function writeGradient({ model, to, of, at, alsoAt }: GradientJob): Promise<GradientNames> {
  const made = await gradient(loadModel(model), {
    of: [...of],
    wrt: [at, ...alsoAt],
    lift: { [at]: 'affine' },
  });
  const lifted = made.lifted[at];
  if (lifted?.form !== 'affine') throw new Error('the tensor was not lifted');
  saveModel(made.model, to);
  return { seeds: made.seeds, gradients: made.gradients, scale: lifted.scale, delta: lifted.delta };
}
