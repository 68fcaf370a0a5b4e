import type { FinishReason } from './search.ts';

/** Whether a text is over, and why. */
export type StopCheck = (ids: readonly number[]) => FinishReason | null;

interface StopRules {
  readonly maxLength: number;
  readonly eosIds: readonly number[];
  readonly stopStrings: readonly string[];
  /** The bytes that an id adds to the text. */
  readonly bytesOf: (id: number) => Uint8Array;
}

/** End id, then stop strings, then length. */
export function stopCheck({ maxLength, eosIds, stopStrings, bytesOf }: StopRules): StopCheck {
  const ends = new Set(eosIds);
  const strings = stopStrings.map((text) => Buffer.from(text, 'utf8'));
  return (ids) => {
    if (ends.has(ids.at(-1)!)) return 'eos_token';
    if (strings.some((string) => endsInLastPiece(ids, string, bytesOf))) return 'stop_sequence';
    return ids.length >= maxLength ? 'length' : null;
  };
}

/**
 * Whether `string` occurs in the text and ends inside the bytes of the last id; it may have begun in the
 * prompt.
 */
function endsInLastPiece(
  ids: readonly number[],
  string: Buffer,
  bytesOf: (id: number) => Uint8Array,
): boolean {
  const last = bytesOf(ids.at(-1)!);
  if (last.length === 0) return false;
  const pieces = [last];
  let length = last.length;
  for (let at = ids.length - 2; at >= 0 && length < string.length - 1 + last.length; at--) {
    const piece = bytesOf(ids[at]!);
    pieces.unshift(piece);
    length += piece.length;
  }
  const found = Buffer.concat(pieces).lastIndexOf(string);
  return found >= 0 && found + string.length > length - last.length;
}
