import type { Tensor } from '@tessera/contracts';
import type { ModelFile, SlotUse, ValueSpec } from './session.ts';

/**
 * What the model process asks of its onnxruntime thread; every request has exactly one answer with the same
 * id.
 */
export type ThreadRequest =
  | {
      readonly kind: 'open';
      readonly id: number;
      readonly session: number;
      readonly file: ModelFile;
      readonly threads: number;
      readonly memoryArena: boolean;
      /** CUDA device to use; null for the CPU. */
      readonly cudaDevice: number | null;
    }
  | {
      readonly kind: 'run';
      readonly id: number;
      readonly session: number;
      readonly feeds: Readonly<Record<string, Tensor>>;
      readonly fetch: readonly string[];
    }
  | {
      readonly kind: 'step';
      readonly id: number;
      readonly session: number;
      readonly feeds: Readonly<Record<string, Tensor>>;
      readonly fetch: readonly string[];
      readonly slots: readonly SlotUse[];
    }
  | { readonly kind: 'drop'; readonly id: number; readonly store: number }
  | { readonly kind: 'close'; readonly id: number; readonly session: number }
  | { readonly kind: 'quit'; readonly id: number };

export type ThreadAnswer =
  | {
      readonly kind: 'opened';
      readonly id: number;
      readonly inputs: readonly ValueSpec[];
      readonly outputs: readonly ValueSpec[];
    }
  | {
      readonly kind: 'ran';
      readonly id: number;
      readonly outputs: Readonly<Record<string, Tensor>>;
      readonly computeMs: number;
    }
  | { readonly kind: 'closed'; readonly id: number }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string };
