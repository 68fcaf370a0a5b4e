import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parsePythonJson } from './python-json.ts';

test('a byte order mark and the words of json.dump are read', () => {
  const text = '\uFEFF{"a": NaN, "b": [Infinity, -Infinity, 1], "c": "NaN, \\"Infinity\\""}';
  expect(parsePythonJson(text)).toEqual({
    a: null,
    b: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1],
    c: 'NaN, "Infinity"',
  });
});

test('strings are never touched, whatever words they hold', () => {
  const piece = fc.constantFrom('NaN', 'Infinity', '-Infinity', '"', '\\', '\n', 'a', ' ');
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const value = pieces.join('');
      expect(parsePythonJson(`{"x": NaN, "y": ${JSON.stringify(value)}}`)).toEqual({ x: null, y: value });
    }),
  );
});

test('what is no JSON in Python either is refused', () => {
  expect(() => parsePythonJson('{"a": nan}')).toThrow(SyntaxError);
  expect(() => parsePythonJson('{"a": ')).toThrow(SyntaxError);
});
