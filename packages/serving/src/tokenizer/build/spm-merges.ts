/**
 * The merges of a BPE vocabulary that SentencePiece wrote: every way to put a piece together from two others.
 * Pieces stand in the order in which they were merged, so a piece's id is the rank of its merges; of several
 * ways, that of the shorter left part is first.
 */
export function mergesOf(vocab: Readonly<Record<string, number>>): readonly (readonly [string, string])[] {
  const has = (piece: string): boolean => Object.hasOwn(vocab, piece);
  const merges: { left: string; right: string; rank: number }[] = [];
  for (const [piece, rank] of Object.entries(vocab)) {
    const points = Array.from(piece);
    const ways = [];
    for (let at = 1; at < points.length; at++) {
      const [left, right] = [points.slice(0, at).join(''), points.slice(at).join('')];
      if (has(left) && has(right)) ways.push({ left, right, rank });
    }
    ways.sort((a, b) => vocab[a.left]! - vocab[b.left]! || vocab[a.right]! - vocab[b.right]!);
    merges.push(...ways);
  }
  const length = (text: string): number => Array.from(text).length;
  merges.sort(
    (a, b) => a.rank - b.rank || length(a.left) - length(b.left) || length(a.right) - length(b.right),
  );
  return merges.map(({ left, right }) => [left, right]);
}
