import type { Tensor } from '@tessera/contracts';

/** A named input or output of a loaded file: element type and shape, where a free axis is its name or -1. */
export interface ValueSpec {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly (number | string)[];
}

/** A loaded ONNX file. Feeds and results cross to another thread without copying: a fed tensor's buffer is gone afterwards. */
export interface Session {
  readonly inputs: readonly ValueSpec[];
  readonly outputs: readonly ValueSpec[];
  /** Where it runs: `cpu`, or `cuda:0`. */
  readonly device: string;
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
  close(): Promise<void>;
}

export interface SessionOptions {
  /** Threads of one operator; cores divided by replicas. */
  readonly threads: number;
  readonly gpu: GpuWish;
  /**
   * Keep freed memory for the next run. Measured on MiniLM with mixed batches: the same speed; 364 MB at the peak and 337 MB
   * kept, without it 415 MB and 246 to 316 MB. Right for steady plain runs, wrong for rare and large backward runs.
   */
  readonly memoryArena: boolean;
}

/** `none`: CPU. `prefer`: CUDA where onnxruntime has it, else CPU with a warning. `require`: CUDA or GPU_REQUIRED. */
export type GpuWish =
  | { readonly kind: 'none' }
  | { readonly kind: 'prefer' | 'require'; readonly deviceId: number };

/** A file on disk (external data beside it is found), or bytes that a pass has made. */
export type ModelFile = { readonly path: string } | { readonly bytes: Uint8Array };
