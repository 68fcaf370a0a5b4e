import { join } from 'node:path';
import { AppError, type Clock, type Log } from '@tessera/base';
import { keepAdaptedParts } from './adapted-parts.ts';
import { startBatchLoop } from './batching/batch-loop.ts';
import type { BatchStatistics } from './batching/batch-statistics.ts';
import { forwardRunner } from './forward/forward-runner.ts';
import type { GenerationLoop } from './generation/loop.ts';
import { openGenerator } from './generation/open-generator.ts';
import type { GenerationStatistics } from './generation/ports.ts';
import { type GraphCache, openGraphCache } from './graph/graph-cache.ts';
import { openModelPart } from './model-part.ts';
import { viewModel } from './model-view.ts';
import type { AdapterChoice, DifferentiableRuntime } from './ports.ts';
import { type OrtHost, startOrtHost } from './session/ort-host.ts';
import { startOrtLanes } from './session/ort-lanes.ts';
import type { GpuWish, Session } from './session/session.ts';
import { describeModel } from './store/describe-model.ts';
import { findOnnx } from './store/find-onnx.ts';
import type { HubAddress } from './store/hub-client.ts';
import { hashFile, withExternalData } from './store/locate-model.ts';
import { loadTokenizer } from './tokenizer/load-tokenizer.ts';

export interface OpenRuntimeOptions {
  readonly identifier: string;
  /** A folder in the transformers.js layout. */
  readonly folder: string;
  /** Where files made from the model (gradient graphs) are kept between starts. */
  readonly cacheFolder: string;
  /** Threads of onnxruntime: cores divided by the replicas on this machine. */
  readonly threads: number;
  /** CUDA device to use; null for the CPU. */
  readonly gpu: number | null;
  /** Fail with GPU_REQUIRED instead of falling back to the CPU. */
  readonly requireGpu: boolean;
  /** Run MatMuls in dynamic int8. */
  readonly quantised: boolean;
  /** Rows of a batch at the most. */
  readonly batchSize: number;
  /**
   * Padded tokens of a batch at the most; by default 1,024 on the CPU, where more leaves the cache (2,048 is 6 to 8 % slower
   * on MiniLM at 128 tokens), and 16,384 on a GPU.
   */
  readonly maxPaddedTokens?: number;
  /** Bytes that the caches of all texts being generated may grow to; half a gibibyte by default. */
  readonly generationCacheBytes?: number;
  /** Hub host that adapters may be downloaded from; absent or null: only those in the model's folder. */
  readonly adapterHub?: HubAddress | null;
  readonly clock: Clock;
  readonly log: Log;
  /** Told the tags of a batch before it runs, and awaited. */
  readonly onBatchStart?: (tags: readonly string[]) => void | Promise<void>;
  readonly onBatchEnd?: () => void;
}

/** A model that is loaded in this process. */
export interface OpenRuntime extends DifferentiableRuntime {
  /** Notes for people, such as a fall-back from GPU to CPU. */
  readonly warnings: readonly string[];
  /** `cpu` or `cuda:0`. */
  readonly device: string;
  /**
   * The same model with adapters merged in; itself when none is named. Views share tokenizer, batch loop and limits.
   * Throws INPUT_INVALID, ADAPTER_UNFIT, MODEL_DOWNLOAD_FAILED, FEATURE_UNAVAILABLE.
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
 * `quantised` serves plain requests in int8; what looks inside the model (attentions, gradients) uses the weights as they
 * are in the file. Throws MODEL_FILES_MISSING, MODEL_LOAD_FAILED with the reason, GPU_REQUIRED.
 */
export async function openRuntime(options: OpenRuntimeOptions): Promise<OpenRuntime> {
  const { identifier, folder, cacheFolder, threads, log, clock, onBatchStart, onBatchEnd } = options;
  const [{ description, tasks }, tokenizer, onnx] = await Promise.all([
    describeModel(folder, identifier),
    loadTokenizer(folder, identifier),
    findOnnx(folder, identifier),
  ]);
  const path = join(folder, onnx.kind === 'single' ? onnx.model : onnx.encoder);
  const cacheFor = async (file: string): Promise<GraphCache> =>
    openGraphCache(cacheFolder, file, await hashFile(...(await withExternalData(file))), clock.now());
  const cache = await cacheFor(path);
  const host = startOrtHost();
  const inLanes = options.quantised && !tasks.includes('generation');
  const lanes = startOrtLanes(host, threads);
  const openWith = (by: Pick<OrtHost, 'open'>, file: string, memoryArena: boolean): Promise<Session> =>
    by.open(identifier, { path: file }, { threads, gpu: gpuWish(options), memoryArena });
  const openFile = openWith.bind(null, host);
  const openServed = (file: string): Promise<Session> => openWith(inLanes ? lanes : host, file, true);
  const shared = { model: identifier, modelClass: description.modelClass, log, openFile, openServed };
  const closeHosts = async (): Promise<void> => {
    await lanes.close();
    await host.close();
  };
  const told = { ...(onBatchStart && { onBatchStart }), ...(onBatchEnd && { onBatchEnd }) };
  let maxRows = options.batchSize;
  const generate = (first: Session): Promise<GenerationLoop> =>
    openGenerator({
      folder,
      files: onnx,
      description,
      tokenizer,
      first,
      openFile: (file) => openFile(file, true),
      cacheFor,
      log,
      limits: () => ({ maxRows, cacheBytes: options.generationCacheBytes ?? 2 ** 29 }),
      clock,
      ...told,
    });
  try {
    const served = options.quantised ? (await cache.quantise()).path : path;
    const part = await openModelPart({ ...shared, name: '', path, served, cache });
    const generator = tasks.includes('generation') ? await generate(part.files.plain.session) : null;
    const { device, warnings } = part.files.plain.session;
    for (const warning of warnings) log.warn({ model: identifier }, warning);
    const maxTokens = options.maxPaddedTokens ?? (device === 'cpu' ? 1024 : 16_384);
    const loop = startBatchLoop({
      runner: forwardRunner(tokenizer.specials.padId ?? 0),
      limits: ({ file }) => ({
        maxRows: Math.min(maxRows, file.most.rows),
        maxPaddedTokens: Math.min(maxTokens, file.most.tokens),
        batchCostTokens: 16,
      }),
      clock,
      ...told,
    });
    const adapted = keepAdaptedParts({
      model: identifier,
      modelFolder: folder,
      hub: options.adapterHub ?? null,
      cacheFolder,
      cache,
      async open(merged, hash) {
        const own = openGraphCache(cacheFolder, merged, hash, clock.now());
        const answering = options.quantised ? (await own.quantise()).path : merged;
        const { inspection } = part.files;
        return openModelPart({
          ...shared,
          name: `${hash}/`,
          path: merged,
          served: answering,
          cache: own,
          inspection,
        });
      },
    });
    const view = viewModel({
      description,
      tokenizer,
      generator,
      loop,
      part,
      weightsFile: path,
      lend: (use) => use(part),
      monotonicMs: clock.monotonicMs,
    });
    return {
      ...view,
      warnings,
      device,
      async withAdapters(choice) {
        if (choice.names.length === 0) return view;
        if (generator) {
          const problem = `model "${identifier}" generates text; merge the adapter into its weights and deploy that`;
          throw new AppError('FEATURE_UNAVAILABLE', { detail: { field: 'adapters', problem } });
        }
        const { path: weightsFile, lend } = await adapted.find(choice);
        const { monotonicMs } = clock;
        return viewModel({
          description,
          tokenizer,
          generator: null,
          loop,
          part,
          weightsFile,
          lend,
          monotonicMs,
        });
      },
      setBatchSize: (rows) => {
        maxRows = rows;
      },
      stats: () => ({ ...loop.statistics(), generation: generator?.stats() ?? null }),
      async close() {
        await generator?.close();
        await loop.close();
        await closeHosts();
      },
    };
  } catch (error) {
    await closeHosts();
    throw error;
  }
}

function gpuWish({ gpu, requireGpu }: OpenRuntimeOptions): GpuWish {
  if (gpu !== null) return { kind: requireGpu ? 'require' : 'prefer', deviceId: gpu };
  return { kind: 'none' };
}
