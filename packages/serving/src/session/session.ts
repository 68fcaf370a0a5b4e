import type { Tensor } from '@tessera/contracts';
import type { SlotSource, SlotSpec, SlotWrite } from './slot-store.ts';

/** A named input or output of a loaded file: element type and shape, where a free axis is its name or -1. */
export interface ValueSpec {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly (number | string)[];
}

/**
 * A loaded ONNX file. Feeds and results cross to another thread without copying: a fed tensor's buffer is
 * gone afterwards.
 */
export interface Session {
  readonly inputs: readonly ValueSpec[];
  readonly outputs: readonly ValueSpec[];
  /** Where it runs: `cpu`, or `cuda:0`. */
  readonly device: string;
  /** Runs that go on at the same time. */
  readonly lanes: number;
  /** What a person should know, such as a fall-back from GPU to CPU. */
  readonly warnings: readonly string[];
  /**
   * Runs the file once and gives the outputs named by `fetch`. `computeMs` is the time onnxruntime took.
   * Throws MODEL_RUN_FAILED.
   */
  run(
    feeds: Readonly<Record<string, Tensor>>,
    fetch: readonly string[],
  ): Promise<{ readonly outputs: Readonly<Record<string, Tensor>>; readonly computeMs: number }>;
  /**
   * Runs the file with tensors that stay in its thread between runs: `slots` says how they are arranged
   * before the run, which of them are fed, and what of the run's results is written into them. Throws
   * MODEL_RUN_FAILED.
   */
  step(
    feeds: Readonly<Record<string, Tensor>>,
    fetch: readonly string[],
    slots: readonly SlotUse[],
  ): Promise<{ readonly outputs: Readonly<Record<string, Tensor>>; readonly computeMs: number }>;
  /** Frees the tensors of a store; it may be used again. */
  drop(store: number): Promise<void>;
  close(): Promise<void>;
}

/** How one run uses tensors that stay in the thread. */
export interface SlotUse {
  /** A number the caller chooses; the store comes into being with its first use. */
  readonly store: number;
  readonly specs: readonly SlotSpec[];
  /** Content of every slot, and room for so many positions, before the run. */
  readonly sources: readonly SlotSource[];
  readonly positions: number;
  /** Slots [first, first + rows) to feed, under the names of the specs; null feeds none. */
  readonly feed: { readonly first: number; readonly rows: number } | null;
  /** Which result goes into which tensor, by names, and which of its positions; null writes nothing. */
  readonly write: {
    readonly from: Readonly<Record<string, string>>;
    readonly rows: readonly SlotWrite[];
  } | null;
}

export interface SessionOptions {
  /** Threads of one operator; cores divided by replicas. */
  readonly threads: number;
  readonly gpu: GpuWish;
  /**
   * Keep freed memory for the next run. Measured on MiniLM with mixed batches: the same speed; 364 MB at the
   * peak and 337 MB kept, without it 415 MB and 246 to 316 MB. Right for steady plain runs, wrong for rare
   * and large backward runs.
   */
  readonly memoryArena: boolean;
}

/**
 * `none`: CPU. `prefer`: CUDA where onnxruntime has it, else CPU with a warning. `require`: CUDA or
 * GPU_REQUIRED.
 */
export type GpuWish =
  | { readonly kind: 'none' }
  | { readonly kind: 'prefer' | 'require'; readonly deviceId: number };

/** A file on disk (external data beside it is found), or bytes that a pass has made. */
export type ModelFile = { readonly path: string } | { readonly bytes: Uint8Array };
