import { expect, it } from 'vitest';
import { codePoints } from './code-points.ts';
import { normalizeRows } from './normalize.ts';
import { argmaxRows, softmax, softmaxRows } from './softmax.ts';

it('softmax stays finite where the plain form overflows', () => {
  expect([...softmax(Float64Array.of(90, 89, -150))]).toEqual([
    expect.closeTo(1 / (1 + Math.exp(-1)), 12),
    expect.closeTo(Math.exp(-1) / (1 + Math.exp(-1)), 12),
    expect.closeTo(0, 12),
  ]);
  expect([...softmax(Float64Array.of(-900, -900))]).toEqual([0.5, 0.5]);
});

it('softmax and argmax work run by run', () => {
  const rows = softmaxRows(Float32Array.of(0, Math.log(3), 5, 5), 2);
  expect([...rows]).toEqual([0.25, 0.75, 0.5, 0.5]);
  expect(argmaxRows(rows, 2)).toEqual([1, 0]);
});

it('normalize divides each run by its length and leaves zeros alone', () => {
  expect([...normalizeRows(Float32Array.of(3, 4, 0, 0), 2)]).toEqual([
    expect.closeTo(0.6, 6),
    expect.closeTo(0.8, 6),
    0,
    0,
  ]);
});

it('code points address text as Python does', () => {
  const text = codePoints('a😀b👍🏽c');
  expect(text.length).toBe(6);
  expect(text.slice(1, 3)).toBe('😀b');
  expect(text.slice(5, 6)).toBe('c');
  expect(codePoints('plain').slice(1, 3)).toBe('la');
});
