import { expect, it } from 'vitest';
import type { Outcome } from './context.ts';
import { isCorrect } from './gold.ts';

const context = { id2label: { 0: 'negative', 1: 'positive' }, field: 'records.0.label' };
const positive: Outcome = { kind: 'class', label: 1, probabilities: [0.2, 0.8] };
const answer = (text: string): Outcome => ({
  kind: 'answer',
  answer: text,
  start: 0,
  end: text.length,
  score: 0.9,
  candidates: [],
});

it('takes a class by index, by index as text and by label', () => {
  for (const label of [1, '1', 'positive'])
    expect(isCorrect(positive, { label }, context), String(label)).toBe(true);
  for (const label of [0, '0', 'negative'])
    expect(isCorrect(positive, { label }, context), String(label)).toBe(false);
});

it('a label that looks like a number is a label first', () => {
  const stars = { ...context, id2label: { 0: '1', 1: '2' } };
  expect(isCorrect(positive, { label: '2' }, stars)).toBe(true);
  expect(isCorrect(positive, { label: '1' }, stars)).toBe(false);
  expect(isCorrect(positive, { label: 1 }, stars)).toBe(true);
});

it('matches answers as SQuAD does, the empty one being no answer', () => {
  expect(isCorrect(answer('the Eiffel Tower.'), { answers: ['x', 'Eiffel tower'] }, context)).toBe(true);
  expect(isCorrect(answer('Rome'), { answers: ['Paris'] }, context)).toBe(false);
  expect(isCorrect(answer(''), { answers: [''] }, context)).toBe(true);
});

it('names the field of a truth that fits nothing', () => {
  expect(() => isCorrect(positive, { label: 'great' }, context)).toThrow(
    /records\.0\.label.*negative, positive/,
  );
  expect(() => isCorrect(positive, { label: 2 }, context)).toThrow('records.0.label');
  expect(() => isCorrect(positive, { answers: ['x'] }, context)).toThrow('records.0.label');
  expect(() => isCorrect(answer('x'), { label: 1 }, context)).toThrow('records.0.label');
});
