import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { silentLog, systemClock } from '@tessera/base';
import { parseExplainOptions } from '@tessera/contracts';
import { type ExplainInstance, explain, type Prediction, type Texts, wordsOf } from '@tessera/explain';
import { type OpenRuntime, openRuntime } from '@tessera/serving';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explainContext } from './contexts/explain-context.ts';

/**
 * Every method that draws no random numbers, on real models of all architectures, against PyTorch
 * (references/explain): the same token ids, words, F, values and gaps. Values are compared relative to the
 * largest, or to the largest product where a sum of products cancels (a LayerNorm on the embedding makes Σ
 * x·g zero).
 */
const root = fileURLToPath(new URL('../../../', import.meta.url));
const folder = join(root, 'test/golden/explain');
const compared = new Set([
  'simple_grads',
  'gradient_norm',
  'integrated_grads',
  'layer_integrated_grads',
  'attention',
  'scaled_attention',
  'attention_rollout',
  'occlusion',
  'kernel_shap',
]);

interface Golden {
  readonly model: string;
  readonly task: 'sequence-classification' | 'question-answering' | 'token-classification';
  readonly tolerance: number;
  readonly cases: readonly Case[];
}

interface Case {
  readonly texts: Texts;
  readonly inputIds: readonly number[];
  readonly typeIds: readonly number[];
  readonly special: readonly (0 | 1)[];
  readonly words: readonly (readonly number[])[];
  readonly target: readonly { readonly output: string; readonly index: readonly number[] }[];
  readonly f: number;
  readonly methods: readonly Method[];
}

interface Method {
  readonly method: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly values: readonly number[];
  readonly fBaseline?: number;
  readonly gap?: number;
}

for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
  const golden = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Golden;
  // The starter models are large: one of their texts shows what the tiny models show on all of them.
  const cases = golden.model.startsWith('models/') ? golden.cases.slice(0, 1) : golden.cases.slice(0, 4);
  describe(file, () => {
    let cache: string;
    let runtime: OpenRuntime;
    beforeAll(async () => {
      cache = await mkdtemp(join(tmpdir(), 'tessera-explain-'));
      runtime = await openRuntime({
        identifier: golden.model,
        folder: join(root, golden.model),
        cacheFolder: cache,
        threads: 1,
        gpu: null,
        requireGpu: false,
        quantised: false,
        batchSize: 32,
        clock: systemClock,
        log: silentLog,
      });
    });
    afterAll(async () => {
      await runtime?.close();
      await rm(cache, { recursive: true, force: true });
    });

    for (const one of cases)
      it(`"${one.texts.join(' | ')}"`, async () => {
        const instance = await instanceOf(one, golden.task, runtime);
        for (const method of one.methods.filter(({ method: name }) => compared.has(name)))
          await check(method, { instance, one, golden, runtime });
      }, 240_000);
  });
}

async function instanceOf(
  one: Case,
  task: Golden['task'],
  { tokenizer }: OpenRuntime,
): Promise<ExplainInstance> {
  const [encoding] = await tokenizer.encode(one.texts.length === 1 ? one.texts[0] : [...one.texts], {
    maxLength: tokenizer.maxLength,
    truncation: 'none',
    addSpecialTokens: true,
    stride: null,
  });
  expect(encoding!.inputIds).toEqual(one.inputIds);
  expect(encoding!.typeIds).toEqual(one.typeIds);
  expect(wordsOf(encoding!, one.texts).map((word) => word.tokens)).toEqual(one.words);
  return { texts: one.texts, windows: [encoding!], prediction: predictionOf(one, task) };
}

function predictionOf({ target }: Case, task: Golden['task']): Prediction {
  if (task === 'sequence-classification') return { kind: 'class' };
  if (task === 'token-classification') return { kind: 'token-class' };
  const at = (output: string): number => target.find((term) => term.output === output)!.index[0]!;
  const span = { window: 0, first: at('start_logits'), last: at('end_logits') };
  return { kind: 'answer', start: 0, end: 0, answer: 'as in the reference', span };
}

interface Checked {
  readonly instance: ExplainInstance;
  readonly one: Case;
  readonly golden: Golden;
  readonly runtime: OpenRuntime;
}

async function check(method: Method, { instance, one, golden, runtime }: Checked): Promise<void> {
  const { exact, ...options } = method.options;
  const [token, index] = one.target[0]!.index;
  const { options: asked } = parseExplainOptions({
    method: method.method,
    ...options,
    ...(exact ? { n_samples: 20_000 } : {}),
    ...(golden.task === 'sequence-classification' ? { target: token } : {}),
    ...(golden.task === 'token-classification' ? { target: { token, class: index } } : {}),
  });
  const context = explainContext({
    runtime,
    signal: new AbortController().signal,
    batchSize: 32,
    measure: () => undefined,
    monotonicMs: systemClock.monotonicMs,
    reportProgress: () => undefined,
  });
  const { explanation } = await explain({ options: asked, instances: [instance] }, context);
  const meta = explanation.instances[0]!;
  const what = `${method.method} ${JSON.stringify(method.options)}`;
  expect(Math.abs(meta.f - one.f), `F of ${what}`).toBeLessThan(
    golden.tolerance * Math.max(1, Math.abs(one.f)),
  );
  // Where the integral itself has not converged (a zero baseline into a LayerNorm), its gap is the scale of
  // the numbers in it.
  const largest = Math.max(
    ...method.values.map(Math.abs),
    cancelling(method, one),
    Math.abs(method.gap ?? 0),
  );
  meta.tokens.forEach(({ value, token: text }, t) => {
    const error = Math.abs(value - method.values[t]!);
    expect(error, `${what}, token ${t} "${text}": ${value} for ${method.values[t]}`).toBeLessThanOrEqual(
      golden.tolerance * largest,
    );
  });
  if (method.gap === undefined) return;
  expect(meta.fBaseline).toBeCloseTo(method.fBaseline!, 4);
  expect(Math.abs(meta.gap! - method.gap), `gap of ${what}`).toBeLessThan(
    golden.tolerance * Math.max(1, Math.abs(one.f - method.fBaseline!), Math.abs(method.gap)),
  );
}

/** For a sum of products: the size of the products themselves. */
function cancelling({ method, options }: Method, { methods }: Case): number {
  if (method !== 'simple_grads' || options['reduction'] !== 'sum') return 0;
  const norms = methods.find((one) => one.method === method && one.options['reduction'] === 'l2');
  return Math.max(...norms!.values);
}
