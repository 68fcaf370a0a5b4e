import type { CodePoints } from '../arithmetic/code-points.ts';
import type { Span } from './top-spans.ts';

/**
 * A span that starts at its first character that is no white space: SentencePiece counts the space in front
 * to the word.
 */
export function trimAnswer<S extends Pick<Span, 'start' | 'end'>>(span: S, context: CodePoints): S {
  let { start } = span;
  while (start < span.end && /\s/.test(context.slice(start, start + 1))) start++;
  return start === span.start ? span : { ...span, start };
}
