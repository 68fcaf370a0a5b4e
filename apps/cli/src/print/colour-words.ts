import { type Segment, segmentsOf, type WeightedSpan } from '@tessera/text-views';
import pc from 'picocolors';

/**
 * A text with its words in blue (for the answer) or yellow (against it), the strong ones reversed; without
 * colours the strongest words are marked by a plus or minus.
 */
export function colourWords(text: string, words: readonly WeightedSpan[], strongest?: number): string {
  return segmentsOf(text, words, strongest).map(paint).join('');
}

function paint({ text, share }: Segment): string {
  const strength = Math.abs(share);
  if (strength < 0.15) return text;
  if (!pc.isColorSupported) return strength < 0.5 ? text : `${share > 0 ? '+' : '-'}${text}`;
  const colour = share > 0 ? pc.blue : pc.yellow;
  return strength < 0.5 ? colour(text) : pc.inverse(colour(text));
}
