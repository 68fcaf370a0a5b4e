import type { TextInput } from '@tessera/contracts';

/** Offsets as [start, end) in Unicode code points of the text the token came from. */
export type Offsets = readonly [start: number, end: number];

/** One tokenized text or pair, not padded. All arrays have one entry per token. */
export interface Encoding {
  readonly inputIds: readonly number[];
  readonly typeIds: readonly number[];
  readonly tokens: readonly string[];
  readonly specialTokensMask: readonly (0 | 1)[];
  /** Index of the pre-tokenizer word, counted anew in each text of a pair; null for special tokens. */
  readonly wordIds: readonly (number | null)[];
  /** 0 or 1: which text of the pair; null for special tokens. */
  readonly sequenceIds: readonly (0 | 1 | null)[];
  readonly offsets: readonly Offsets[];
}

/**
 * Which text gives way when the whole is too long. `whole` never cuts: an over-long text throws
 * INPUT_INVALID.
 */
export type Truncation = 'longest-first' | 'only-first' | 'only-second' | 'none';

export interface EncodeOptions {
  /** Tokens at the most, specials included. */
  readonly maxLength: number;
  readonly truncation: Truncation;
  readonly addSpecialTokens: boolean;
  /**
   * With a stride, a text that is too long becomes several windows that share this many tokens; without, it
   * is cut.
   */
  readonly stride: number | null;
}

export interface SpecialTokens {
  readonly padId: number | null;
  readonly clsId: number | null;
  readonly sepId: number | null;
  readonly maskId: number | null;
  readonly unkId: number | null;
  readonly bosId: number | null;
  readonly eosId: number | null;
}

/** Text to ids and back, for one model. */
export interface Tokenizer {
  readonly specials: SpecialTokens;
  readonly vocabularySize: number;
  /** Tokens of the longest input the model takes; already the smaller of tokenizer limit and positions. */
  readonly maxLength: number;
  /**
   * The windows of a text; one unless `stride` is set and the text is too long. Asynchronous, because the
   * native tokenizer works on a thread of its own. Lone surrogates count as U+FFFD; offsets hold for the text
   * as given.
   */
  encode(input: TextInput, options: EncodeOptions): Promise<readonly Encoding[]>;
  /** `encode` for many inputs side by side: entry i holds the windows of input i. */
  encodeAll(inputs: readonly TextInput[], options: EncodeOptions): Promise<readonly (readonly Encoding[])[]>;
  decode(ids: readonly number[], options: { readonly skipSpecialTokens: boolean }): Promise<string>;
  idToToken(id: number): string | null;
  tokenToId(token: string): number | null;
}
