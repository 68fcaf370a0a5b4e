import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { attackOptions } from './attack-options.ts';
import { explainOptions } from './explain-options.ts';
import { jobPayload } from './payload.ts';
import { openPayload, storedPayload } from './stored-payload.ts';

/** Rows as the gateway of version 1 wrote them, one of each kind. */
const rows: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(new URL('../testing/rows-of-version-1.json', import.meta.url), 'utf8'),
);
const row = (kind: string) => openPayload(rows[kind]!);

describe('a row of version 1', () => {
  it('of each kind is a payload of today', () => {
    expect(Object.keys(rows).length).toBe(7);
    for (const [kind, text] of Object.entries(rows)) {
      const payload = openPayload(text);
      expect(jobPayload.parse(payload), kind).toEqual(payload);
      expect(payload.input, kind).toEqual(JSON.parse(text).input);
    }
  });

  it('of a prediction is the same payload, with options that came later at their defaults', () => {
    expect(row('a prediction')).toMatchObject(JSON.parse(rows['a prediction']!));
    expect(row('a prediction').options).toMatchObject({ prompt: null });
  });

  it('of a generation has its options parsed, and the warning that the model process gave', () => {
    expect(row('a generation')).toMatchObject({
      options: { max_new_tokens: 5, temperature: 0.5 },
      warnings: ['temperature has an effect only with do_sample and was not used'],
    });
    expect(row('a generation').options).not.toHaveProperty('top_k');
  });

  it('of an explanation has every default, and names what is no option', () => {
    const { explain, attack, warnings } = row('an explanation');
    expect(explain).toEqual(explainOptions.parse({ method: 'integrated_grads', top_k: 5, n_steps: 7 }));
    expect(attack).toBeNull();
    expect(warnings).toEqual(['explain.steps is not an option and was ignored.']);
  });

  it('of an attack has every default', () => {
    const asked = { method: 'hotflip', max_flips: 3, labels: [1] };
    expect(row('an attack').attack).toEqual(attackOptions.parse(asked));
  });

  it('of an attack beside an explanation orders the words by the method of the explanation', () => {
    const { explain, attack } = row('an attack beside an explanation');
    expect(explain).toBeNull();
    expect(attack).toMatchObject({ method: 'input_reduction', saliency_method: 'attention' });
  });

  it('of a dataset has the options of every method', () => {
    const { explain } = row('explanations of a dataset').evaluation!;
    expect(explain).toEqual([
      explainOptions.parse({ method: 'occlusion', metrics: ['tau_loo'], top_k: 3 }),
      explainOptions.parse({ method: 'lime', metrics: ['tau_loo'], top_k: 5 }),
    ]);
    const { attack } = row('attacks on a dataset').evaluation!;
    expect(attack).toEqual([attackOptions.parse({ method: 'deepwordbug', budget: { model_calls: 9 } })]);
  });
});

describe('a row of today', () => {
  it('holds its version and gives the payload back', () => {
    const payload = jobPayload.parse({ task: 'embedding', input: ['a text'], explain: { method: 'lime' } });
    const text = storedPayload(payload);
    expect(JSON.parse(text).version).toBe(2);
    expect(openPayload(text)).toEqual(payload);
  });

  it('of a later version is refused rather than misread', () => {
    expect(() => openPayload('{"version":3}')).toThrow('version 3');
  });
});
