import type { Tokenizer } from '@tessera/serving';

/** A stretch of text that has become whole, and the ids it was made of. */
export interface TextPiece {
  readonly ids: readonly number[];
  readonly text: string;
}

export interface TextStream {
  push(id: number): void;
  /** Gives what is still held, and waits until everything has been told. */
  end(): Promise<void>;
}

/** What a decoder puts where the bytes of a character are not complete yet. */
const INCOMPLETE = '�';

/**
 * Tells a text piece by piece while its ids come in. Ids whose bytes do not end a character are held until
 * one does, so that nobody ever sees half an emoji.
 */
export function streamText(
  tokenizer: Tokenizer,
  options: { readonly skipSpecialTokens: boolean },
  tell: (piece: TextPiece) => void,
): TextStream {
  const ids: number[] = [];
  let told = 0;
  let toldIds = 0;
  let last: Promise<void> = Promise.resolve();

  const report = async (upTo: number, isEnd: boolean): Promise<void> => {
    const text = await tokenizer.decode(ids.slice(0, upTo), options);
    if (text.length <= told || (!isEnd && text.endsWith(INCOMPLETE))) return;
    tell({ ids: ids.slice(toldIds, upTo), text: text.slice(told) });
    told = text.length;
    toldIds = upTo;
  };

  return {
    push(id) {
      ids.push(id);
      const upTo = ids.length;
      last = last.then(() => report(upTo, false));
    },
    end() {
      last = last.then(() => report(ids.length, true));
      return last;
    },
  };
}
