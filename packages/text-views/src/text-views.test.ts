import { describe, expect, it } from 'vitest';
import { explanationPage } from './explanation-page.ts';
import { heatMapHtml, signed } from './heat-map.ts';
import { segmentsOf } from './segments.ts';
import { wordsOf } from './words.ts';

describe('words', () => {
  it('are the sums of their tokens, of one part only', () => {
    const tokens = [
      { start: 0, end: 0, value: 9, part: 'special', word: null },
      { start: 0, end: 2, value: 0.5, part: 'context', word: 0 },
      { start: 2, end: 4, value: -0.25, part: 'context', word: 0 },
      { start: 5, end: 7, value: 1, part: 'context', word: 1 },
      { start: 0, end: 3, value: 7, part: 'question', word: 0 },
    ];
    expect(wordsOf(tokens, 'context')).toEqual([
      { start: 0, end: 4, value: 0.25 },
      { start: 5, end: 7, value: 1 },
    ]);
  });
});

describe('segments', () => {
  it('give the text back, counted in code points', () => {
    const text = '😀 great film';
    const segments = segmentsOf(text, [
      { start: 2, end: 7, value: 2 },
      { start: 8, end: 12, value: -1 },
    ]);
    expect(segments.map((one) => one.text).join('')).toBe(text);
    expect(segments.map(({ text: piece, share }) => [piece, share])).toEqual([
      ['😀 ', 0],
      ['great', 1],
      [' ', 0],
      ['film', -0.5],
    ]);
  });

  it('hold where spans overlap, run past the end or weigh nothing', () => {
    const spans = [
      { start: 0, end: 3, value: 0 },
      { start: 2, end: 4, value: 0 },
      { start: 4, end: 99, value: 0 },
    ];
    const segments = segmentsOf('abcdef', spans);
    expect(segments.map((one) => one.text)).toEqual(['abc', 'd', 'ef']);
    expect(segments.every(({ share }) => share === 0)).toBe(true);
  });
});

describe('a heat-map', () => {
  it('keeps markup of the text as text', () => {
    const html = heatMapHtml('<script>alert("x")</script> & more', [{ start: 0, end: 8, value: 1 }]);
    expect(html).not.toContain('<script');
    expect(html).toContain('&lt;script&gt;');
    expect(html).toContain('title="+1"');
  });

  it('says each number for those who cannot see colours', () => {
    expect(heatMapHtml('good', [{ start: 0, end: 4, value: -0.12345 }])).toContain(
      '<span class="read"> (−0.123)</span>',
    );
  });

  it.each([
    [0, '0'],
    [1.5, '+1.5'],
    [-1234.5, '−1235'],
    [0.000012, '+1.2e-5'],
  ])('writes %d as %s', (value, text) => {
    expect(signed(value)).toBe(text);
  });
});

describe('a page', () => {
  it('is whole in one file', () => {
    const page = explanationPage({
      title: 'a "title" <b>',
      about: [['Model', 'tessera/sentiment-en']],
      maps: [
        {
          answer: 'positive 97.6 %',
          parts: [{ name: 'context', text: 'A film', words: [{ start: 2, end: 6, value: 1 }] }],
          facts: [['F(x)', '+2.4']],
          warnings: ['cut'],
        },
      ],
    });
    expect(page).toContain('<title>a &quot;title&quot; &lt;b&gt;</title>');
    expect(page).not.toMatch(/<script|src=|href=|url\(|https?:/);
    expect(page).toContain('>film<');
    expect(page).toContain('cut');
  });
});
