import type { WeightedSpan } from './words.ts';

/** A piece of a text: weighted, or (value null) what stands between weighted pieces. */
export interface Segment {
  readonly text: string;
  readonly value: number | null;
  /** `value` as a share of `strongest`, from -1 to 1; 0 for unweighted pieces. */
  readonly share: number;
}

/**
 * A text cut at its weighted spans, in reading order; joined again the pieces are the text. Spans that
 * overlap an earlier one begin where it ends. `strongest` is the largest |value| unless several texts share
 * one scale.
 */
export function segmentsOf(
  text: string,
  spans: readonly WeightedSpan[],
  strongest = strongestOf(spans),
): Segment[] {
  const points = [...text];
  const segments: Segment[] = [];
  let at = 0;
  const plain = (to: number): void => {
    if (to > at) segments.push({ text: points.slice(at, to).join(''), value: null, share: 0 });
    at = Math.max(at, to);
  };
  for (const { start, end, value } of [...spans].sort((a, b) => a.start - b.start)) {
    plain(Math.min(start, points.length));
    const to = Math.min(end, points.length);
    if (to <= at) continue;
    segments.push({ text: points.slice(at, to).join(''), value, share: shareOf(value, strongest) });
    at = to;
  }
  plain(points.length);
  return segments;
}

/** The largest |value| of some spans; 0 for none. */
export function strongestOf(spans: readonly WeightedSpan[]): number {
  return spans.reduce((most, { value }) => Math.max(most, Math.abs(value)), 0);
}

function shareOf(value: number, strongest: number): number {
  return strongest > 0 ? Math.max(-1, Math.min(1, value / strongest)) : 0;
}
