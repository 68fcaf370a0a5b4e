import type { JsEncoding } from 'tokenizers';
import type { Encoding, Offsets } from './tokenizer.ts';
import type { Stretch, TextStretches } from './windows.ts';

/**
 * A native encoding whose columns are fetched when they are first read: classification never asks for
 * offsets, and each column crosses from native code at a price.
 */
export interface EncodingColumns {
  readonly length: number;
  readonly column: <K extends keyof Encoding>(name: K) => Encoding[K];
}

export function columnsOf(native: JsEncoding): EncodingColumns {
  const cache: { -readonly [K in keyof Encoding]?: Encoding[K] } = {};
  const fetch: { readonly [K in keyof Encoding]: () => Encoding[K] } = {
    inputIds: () => native.getIds(),
    typeIds: () => native.getTypeIds(),
    tokens: () => native.getTokens(),
    specialTokensMask: () => native.getSpecialTokensMask() as (0 | 1)[],
    wordIds: () => native.getWordIds().map((id) => id ?? null),
    sequenceIds: () => native.getSequenceIds().map((id) => (id ?? null) as 0 | 1 | null),
    offsets: () => native.getOffsets() as unknown as Offsets[],
  };
  return {
    length: native.getLength(),
    column: <K extends keyof Encoding>(name: K): Encoding[K] => {
      const known = cache[name] as Encoding[K] | undefined;
      if (known !== undefined) return known;
      const fetched = fetch[name]();
      cache[name] = fetched;
      return fetched;
    },
  };
}

/** Finds both texts by their sequence ids. An empty text lies where its tokens would be cut: nowhere. */
export function textStretches(columns: EncodingColumns): TextStretches {
  const ids = columns.column('sequenceIds');
  const stretch = (which: 0 | 1): Stretch | null => {
    const start = ids.indexOf(which);
    return start < 0 ? null : [start, ids.lastIndexOf(which) + 1];
  };
  const second = stretch(1);
  const nowhere = second ? second[0] : ids.length;
  return { total: ids.length, first: stretch(0) ?? [nowhere, nowhere], second };
}

/** The kept stretches of an encoding, read as one; each column is put together when it is first read. */
export class EncodingView implements Encoding {
  readonly #columns: EncodingColumns;
  readonly #stretches: readonly Stretch[];
  readonly #read: { -readonly [K in keyof Encoding]?: Encoding[K] } = {};

  constructor(columns: EncodingColumns, stretches: readonly Stretch[]) {
    this.#columns = columns;
    this.#stretches = stretches;
  }

  get inputIds(): readonly number[] {
    return this.#column('inputIds');
  }
  get typeIds(): readonly number[] {
    return this.#column('typeIds');
  }
  get tokens(): readonly string[] {
    return this.#column('tokens');
  }
  get specialTokensMask(): readonly (0 | 1)[] {
    return this.#column('specialTokensMask');
  }
  get wordIds(): readonly (number | null)[] {
    return this.#column('wordIds');
  }
  get sequenceIds(): readonly (0 | 1 | null)[] {
    return this.#column('sequenceIds');
  }
  get offsets(): readonly Offsets[] {
    return this.#column('offsets');
  }

  #column<K extends keyof Encoding>(name: K): Encoding[K] {
    const known = this.#read[name] as Encoding[K] | undefined;
    if (known !== undefined) return known;
    const whole = this.#columns.column(name);
    const [only] = this.#stretches;
    const isWhole = this.#stretches.length === 1 && only![0] === 0 && only![1] === whole.length;
    const cut = isWhole
      ? whole
      : (this.#stretches.flatMap(([start, end]) =>
          (whole as readonly unknown[]).slice(start, end),
        ) as unknown as Encoding[K]);
    this.#read[name] = cut;
    return cut;
  }
}
