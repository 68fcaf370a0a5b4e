import { segmentsOf, type WeightedSpan } from '@tessera/text-views';
import pc from 'picocolors';

/**
 * A text with its words in green (for the prediction) or red (against it), the strong ones reversed; without
 * colours the strongest words are marked by a plus or minus.
 */
export function colourWords(text: string, words: readonly WeightedSpan[]): string {
  return segmentsOf(text, words)
    .map((piece) => paint(piece.text, piece.share))
    .join('');
}

/** `share` from -1 to 1 of the strongest word. */
function paint(word: string, share: number): string {
  const strength = Math.abs(share);
  if (strength < 0.15) return word;
  if (!pc.isColorSupported) return strength < 0.5 ? word : `${share > 0 ? '+' : '-'}${word}`;
  const colour = share > 0 ? pc.green : pc.red;
  return strength < 0.5 ? colour(word) : pc.inverse(colour(word));
}
