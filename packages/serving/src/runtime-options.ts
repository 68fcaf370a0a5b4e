import type { Clock, Log } from '@tessera/base';
import type { HubAddress } from './store/hub-client.ts';

/** How a model is opened. */
export interface OpenRuntimeOptions {
  readonly identifier: string;
  /** A folder in the transformers.js layout. */
  readonly folder: string;
  /** The ONNX file to run, as a path inside the folder; absent: the first in the order of findOnnx. */
  readonly file?: string | undefined;
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
   * Padded tokens of a batch at the most; by default 1,024 on the CPU, where more leaves the cache (2,048 is
   * 6 to 8 % slower on MiniLM at 128 tokens), and 16,384 on a GPU.
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

/** What a loop tells of its batches. */
export function eventsOf({
  onBatchStart,
  onBatchEnd,
}: OpenRuntimeOptions): Pick<OpenRuntimeOptions, 'onBatchStart' | 'onBatchEnd'> {
  return { ...(onBatchStart && { onBatchStart }), ...(onBatchEnd && { onBatchEnd }) };
}
