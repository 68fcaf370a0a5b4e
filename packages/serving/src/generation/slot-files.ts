import type { Session } from '../session/session.ts';
import type { SlotSpec } from '../session/slot-store.ts';

/** Files that a slot engine runs, and how to feed them. */
export interface SlotFiles {
  readonly step: Session;
  /** By input of the text's cache: the output with its new positions. */
  readonly fresh: Readonly<Record<string, string>>;
  readonly cache: readonly SlotSpec[];
  /** Of an encoder-decoder: the encoder, and what projects its hidden states into keys and values. */
  readonly pair: {
    readonly encoder: Session;
    readonly cross: Session;
    readonly cache: readonly SlotSpec[];
    readonly hiddenSize: number;
  } | null;
  /** T5's relative positions. */
  readonly buckets: { readonly count: number; readonly maxDistance: number } | null;
  readonly padId: number;
}
