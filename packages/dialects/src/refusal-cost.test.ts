import { AppError } from '@tessera/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkInputCount, checkRecordCount, parseEvaluation, parseSubmission } from './native/index.ts';
import { decodePrediction } from './square/index.ts';
import { modelEntry } from './testing/model-entry.ts';
import { defaultTextLimits } from './text-limits.ts';

// A refusal must not cost more than a few times what parsing the JSON cost: else a small body stops a
// gateway.

const model = modelEntry({ identifier: 'm', maxInput: 512 });

/** What each route does with a body before anything is queued. */
const readers: Readonly<Record<string, (body: unknown) => void>> = {
  'POST /v1/tasks': (body) => {
    checkInputCount(body, model);
    parseSubmission(body);
  },
  // As above for a model that takes many inputs: then each has to be looked at, up to the first that is
  // wrong.
  'POST /v1/tasks of a patient model': parseSubmission,
  'POST /v1/evaluations': (body) => {
    checkRecordCount(body, defaultTextLimits);
    parseEvaluation(body);
  },
  'POST /api/main/m/sequence-classification': (body) =>
    decodePrediction(body, {
      model,
      task: 'sequence-classification',
      features: { explain: true, attack: true, generation: true, adapters: true },
      limits: defaultTextLimits,
      caller: 'c',
    }),
};

const wrong = fc.constantFrom(
  '1',
  'null',
  '[]',
  '{}',
  '[1]',
  '["a",1]',
  '{"text":1}',
  '{"a":1}',
  '[[["a"]]]',
);
const many = (element: string): string => `[${`${element},`.repeat(200_000)}${element}]`;
const keys = (value: string): string =>
  `{${Array.from({ length: 100_000 }, (_, i) => `"k${i}":${value}`).join(',')}}`;

/** A body of some hundred thousand wrong things, in one of the places where they can stand. */
const body = fc
  .tuple(
    wrong,
    fc.constantFrom('input', 'records', 'adapters', 'explain', 'attack', 'metrics', 'labels', 'keys', 'body'),
  )
  .map(([element, place]) => {
    const head = '"model":"m","task":"sequence-classification"';
    const input = '"input":["a"],"records":[{"text":"a"}]';
    const list = many(element);
    switch (place) {
      case 'metrics':
      case 'labels':
        return `{${head},${input},"explain":{"method":"occlusion","${place}":${list}},"explain_kwargs":{"method":"occlusion","${place}":${list}}}`;
      case 'keys':
        return `{${head},${input},"options":${keys(element)},"task_kwargs":${keys(element)}}`;
      case 'body':
        return `{${head},${input},${keys(element).slice(1)}`;
      default:
        return `{${head},"${place}":${list},"input":${list}}`;
    }
  });

/** SQuARE ignores members that it does not know, whatever they hold; that has to be as cheap. */
const ignores = (route: string, value: unknown): boolean =>
  route.startsWith('POST /api/') && Object.keys(value as object).length > 1_000;

function refusalMs(route: string, read: (body: unknown) => void, value: unknown): number {
  const startMs = performance.now();
  try {
    read(value);
    if (!ignores(route, value)) throw new Error('it was not refused');
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
  }
  return performance.now() - startMs;
}

describe.each(Object.entries(readers))('%s', (route, read) => {
  it('refuses in a few times the time that JSON.parse took', () => {
    fc.assert(
      fc.property(body, (text) => {
        const startMs = performance.now();
        const value: unknown = JSON.parse(text);
        const parseMs = performance.now() - startMs;
        // The best of three, because a machine that is busy elsewhere is not the reader's fault; it took
        // 2,000 times as long before.
        const ms = Math.min(...[1, 2, 3].map(() => refusalMs(route, read, value)));
        expect(ms).toBeLessThan(5 * parseMs + 100);
      }),
      { numRuns: 12 },
    );
  });
});
