import { expect, test } from 'vitest';
import { codePoints } from '../arithmetic/code-points.ts';
import { trimAnswer } from './trim-answer.ts';

test.each([
  ['a space in front is no part of an answer', '🙂 in  Bern now', 4, 10, 'Bern'],
  ['one inside is', 'New  York', 0, 9, 'New  York'],
  ['an answer that is all white space ends where it ended', 'a   b', 1, 4, ''],
  ['no answer stays at nothing', ' a', 0, 0, ''],
])('%s', (_, text, start, end, answer) => {
  const context = codePoints(text);
  const trimmed = trimAnswer({ start, end }, context);
  expect(context.slice(trimmed.start, trimmed.end)).toBe(answer);
  expect(trimmed.end).toBe(end);
});
