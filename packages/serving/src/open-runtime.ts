import { AppError } from '@tessera/base';
import { scanOnnx } from '@tessera/onnx';
import type { BatchStatistics } from './batching/batch-statistics.ts';
import type { FillIds } from './forward/collate.ts';
import type { LoadedFile } from './forward/forward-runner.ts';
import { openForwardLoop } from './forward/open-forward-loop.ts';
import type { GenerationStatistics } from './generation/generator.ts';
import { openGenerator } from './generation/open-generator.ts';
import { type AdaptedWeights, type AdapterChoice, openAdaptedWeights } from './model/adapted-weights.ts';
import { type Proof, proveCompany } from './model/prove-company.ts';
import { type Found, readFolder } from './model/read-folder.ts';
import { createView } from './model/view.ts';
import { type ModelWeights, openWeights } from './model/weights.ts';
import type { DifferentiableRuntime } from './runtime.ts';
import { eventsOf, type OpenRuntimeOptions } from './runtime-options.ts';
import { openSessions, type Sessions } from './session/open-sessions.ts';
import type { Session } from './session/session.ts';
import type { Tokenizer } from './tokenizer/tokenizer.ts';

/** A model that is loaded in this process. */
export interface OpenRuntime extends DifferentiableRuntime {
  /** Notes for people, such as a fall-back from GPU to CPU. */
  readonly warnings: readonly string[];
  /** Those of the warnings that bear on every answer. */
  readonly answerWarnings: readonly string[];
  /** `cpu` or `cuda:0`. */
  readonly device: string;
  /**
   * The same model with adapters merged in; itself when none is named. Views share tokenizer, batch loop and
   * limits. Throws INPUT_INVALID, ADAPTER_UNFIT, MODEL_DOWNLOAD_FAILED, FEATURE_UNAVAILABLE.
   */
  withAdapters(choice: AdapterChoice): Promise<DifferentiableRuntime>;
  /** Changes the limit from the next batch on. */
  setBatchSize(rows: number): void;
  /** Batches of plain requests and, of a model that generates, its steps. */
  stats(): BatchStatistics & { readonly generation: GenerationStatistics | null };
  /** Refuses what waits, waits for the run under way, frees the sessions. */
  close(): Promise<void>;
}

/**
 * Opens a model: tokenizer, session in the onnxruntime thread, batch loop.
 *
 * `quantised` serves plain requests in int8; what looks inside the model (attentions, gradients) uses the
 * weights as they are in the file. Throws MODEL_FILES_MISSING, MODEL_LOAD_FAILED with the reason,
 * GPU_REQUIRED.
 */
export async function openRuntime(options: OpenRuntimeOptions): Promise<OpenRuntime> {
  const found = await readFolder(options);
  const sessions = openSessions({
    ...options,
    model: options.identifier,
    inLanes: options.quantised && !found.tasks.includes('generation'),
  });
  try {
    return await openLoaded(options, found, sessions);
  } catch (error) {
    await sessions.close();
    throw error;
  }
}

/** Opens the weights, then what runs on them; `sessions` is the caller's to close when this fails. */
async function openLoaded(
  options: OpenRuntimeOptions,
  found: Found,
  sessions: Sessions,
): Promise<OpenRuntime> {
  const { description, path } = found;
  const limits = { maxRows: options.batchSize };
  const weights = await openOwnWeights(options, found, sessions);
  const { device } = weights.files.plain.session;
  const generation = found.tasks.includes('generation')
    ? await openOwnGenerator({ options, found, sessions, limits }, weights.files.plain.session)
    : null;
  const generator = generation?.loop ?? null;
  const answerWarnings = [...found.warnings, ...weights.files.warnings, ...(generation?.warnings ?? [])];
  const warnings = [...weights.files.plain.session.warnings, ...answerWarnings];
  for (const warning of warnings) options.log.warn({ model: options.identifier }, warning);
  const loop = openForwardLoop(options, { device, ids: fillIds(found), limits });
  const adapted = openAdapted(options, { found, sessions, weights });
  const { monotonicMs } = options.clock;
  const tokenizer = withinFile(found.tokenizer, weights.files.plain.plan.fixedTokens);
  const shared = { description, tokenizer, generator, loop, weights, monotonicMs };
  const view = createView({ ...shared, weightsFile: path, lend: (use) => use(weights) });
  return {
    ...view,
    warnings,
    answerWarnings,
    device,
    async withAdapters(choice) {
      if (choice.names.length === 0) return view;
      if (generator) throw mergeFirst(options.identifier);
      const { path: weightsFile, lend } = await adapted.find(choice);
      return createView({ ...shared, weightsFile, lend });
    },
    setBatchSize: (rows) => {
      limits.maxRows = rows;
    },
    stats: () => ({ ...loop.statistics(), generation: generator?.stats() ?? null }),
    async close() {
      await generator?.close();
      await loop.close();
      await adapted.close();
      await sessions.close();
    },
  };
}

/** What all weights of one model are opened with. */
function weightsOptions({ identifier, log }: OpenRuntimeOptions, found: Found, sessions: Sessions) {
  const { description } = found;
  const { open: openFile, openServed } = sessions;
  const ids = fillIds(found);
  const { modelClass, architecture } = description;
  const signature = { model: identifier, modelClass, architecture, padId: ids.padId };
  const prove = (file: LoadedFile, path: string): Promise<Proof> =>
    proveCompany(file, { tokenizer: found.tokenizer, ids, operators: scanOnnx(path).operators });
  return { model: identifier, signature, prove, log, openFile, openServed };
}

async function openOwnWeights(
  options: OpenRuntimeOptions,
  found: Found,
  sessions: Sessions,
): Promise<ModelWeights> {
  const { path, cache } = found;
  const served = options.quantised ? (await cache.quantise()).path : path;
  return openWeights({ ...weightsOptions(options, found, sessions), name: '', path, served, cache });
}

/** Weights with adapters are merged and opened when a request names them. */
function openAdapted(
  options: OpenRuntimeOptions,
  { found, sessions, weights }: { found: Found; sessions: Sessions; weights: ModelWeights },
): AdaptedWeights {
  const { identifier, folder, cacheFolder, quantised } = options;
  return openAdaptedWeights({
    model: identifier,
    modelFolder: folder,
    hub: options.adapterHub ?? null,
    cacheFolder,
    cache: found.cache,
    async open(path, hash) {
      const cache = await found.cacheFor(path, hash);
      const served = quantised ? (await cache.quantise()).path : path;
      const { inspection, proof } = weights.files;
      const shared = weightsOptions(options, found, sessions);
      return openWeights({ ...shared, name: `${hash}/`, path, served, cache, inspection, proof });
    },
  });
}

function openOwnGenerator(
  model: {
    readonly options: OpenRuntimeOptions;
    readonly found: Found;
    readonly sessions: Sessions;
    readonly limits: { readonly maxRows: number };
  },
  first: Session,
): ReturnType<typeof openGenerator> {
  const { options, found, sessions, limits } = model;
  const cacheBytes = options.generationCacheBytes ?? 2 ** 29;
  return openGenerator({
    folder: options.folder,
    files: found.onnx,
    description: found.description,
    tokenizer: found.tokenizer,
    first,
    openFile: (file) => sessions.open(file, true),
    cacheFor: found.cacheFor,
    log: options.log,
    limits: () => ({ maxRows: limits.maxRows, cacheBytes }),
    clock: options.clock,
    ...eventsOf(options),
  });
}

function fillIds({ tokenizer }: Found): FillIds {
  return { padId: tokenizer.specials.padId ?? 0, sepId: tokenizer.specials.sepId };
}

/** A file made for so many tokens takes no more, whatever the tokenizer allows. */
function withinFile(tokenizer: Tokenizer, fixedTokens: number | null): Tokenizer {
  if (fixedTokens === null) return tokenizer;
  return { ...tokenizer, maxLength: Math.min(tokenizer.maxLength, fixedTokens) };
}

function mergeFirst(model: string): AppError {
  const problem = `model "${model}" generates text; merge the adapter into its weights and deploy that`;
  return new AppError('FEATURE_UNAVAILABLE', { detail: { field: 'adapters', problem } });
}
