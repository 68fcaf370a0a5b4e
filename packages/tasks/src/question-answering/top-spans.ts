/** A stretch of the context, [start, end) in code points, and the tokens it was read from. */
export interface Span {
  readonly score: number;
  readonly start: number;
  readonly end: number;
  /** Which window of the context, and its first and last answer token (both inclusive). */
  readonly window: number;
  readonly startToken: number;
  readonly endToken: number;
}

/**
 * Keeps the best `limit` spans of many, one for each (start, end). Equal scores rank in the order in which
 * they came.
 */
export interface TopSpans {
  /** Scores at or below this cannot enter any more; lets callers skip work. */
  threshold(): number;
  offer(span: Span): void;
  /** Best first. */
  ranked(): Span[];
}

export function topSpans(limit: number): TopSpans {
  const kept = new Map<string, { readonly span: Span; readonly order: number }>();
  let order = 0;
  let threshold = 0; // spans without any probability are no answers (docs/square-wire.md#question-answering)

  function lowest(): { readonly key: string; readonly score: number } {
    let worst: { key: string; score: number; order: number } | undefined;
    for (const [key, { span, order: at }] of kept)
      if (!worst || span.score < worst.score || (span.score === worst.score && at > worst.order))
        worst = { key, score: span.score, order: at };
    return worst!;
  }

  return {
    threshold: () => threshold,
    offer(span) {
      if (!(span.score > threshold)) return;
      const key = `${span.start}:${span.end}`;
      const known = kept.get(key);
      if (known && known.span.score >= span.score) return;
      if (!known && kept.size >= limit) kept.delete(lowest().key);
      kept.set(key, { span, order: order++ });
      if (kept.size >= limit) threshold = lowest().score;
    },
    ranked: () =>
      [...kept.values()]
        .sort((a, b) => b.span.score - a.span.score || a.order - b.order)
        .map((entry) => entry.span),
  };
}
