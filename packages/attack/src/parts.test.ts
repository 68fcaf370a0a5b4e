import { expect, it } from 'vitest';
import { partsOf } from './parts.ts';

it('finds question and context in every order SQuARE sends', () => {
  expect(partsOf([['who?', 'neo']], 'answer')).toEqual({ question: 0, context: 1 });
  expect(partsOf([['neo came', 'who came? neo']], 'class')).toEqual({ question: 1, context: 0 });
  expect(partsOf(['a text'], 'class')).toEqual({ question: null, context: 0 });
  expect(
    partsOf(
      [
        ['ctx', 'who? a'],
        ['ctx', 'who? b'],
      ],
      'choice',
    ),
  ).toEqual({ question: null, context: 0 });
  expect(
    partsOf(
      [
        ['who?', 'a'],
        ['who?', 'b'],
      ],
      'choice',
    ),
  ).toEqual({ question: 0, context: null });
});
