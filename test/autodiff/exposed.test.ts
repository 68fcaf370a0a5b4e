import { exposeOutputs } from '@tessera/autodiff';
import { describe, expect, it } from 'vitest';
import {
  feedsFor,
  loadFixture,
  makeTensor,
  openSession,
  readJson,
  relativeError,
  type WrittenTensor,
} from './fixtures.ts';

interface Case {
  readonly name: string;
  readonly architecture: string;
  readonly file: string;
  readonly golden: string;
  readonly group: string;
  readonly tolerance?: number;
  readonly unsupported?: boolean;
}

interface Golden {
  readonly tolerance: number;
  readonly inputs: Readonly<Record<string, WrittenTensor>>;
  readonly values: Readonly<Record<string, WrittenTensor>>;
}

const { cases } = readJson<{ cases: readonly Case[] }>('test/golden/autodiff/index.json');
const exact = cases.filter(
  (entry) => !entry.unsupported && entry.tolerance === undefined && !/int8/.test(entry.name),
);

describe('attentions and hidden states of models that do not export them equal PyTorch', () => {
  it.each(exact.map((entry) => [entry.name, entry] as const))('%s', async (_, entry) => {
    const { inputs, values, tolerance } = readJson<Golden>(`test/golden/autodiff/${entry.golden}`);
    const attentions = values['attention.last'] !== undefined;
    const hiddenStates = values['hidden.1'] !== undefined;
    if (!attentions && !hiddenStates) {
      expect(Object.keys(values)).toContain('embeddings');
      return;
    }
    const exposed = exposeOutputs(loadFixture(entry.file), { attentions, hiddenStates });
    const session = await openSession(exposed.model);
    const results = await session.run(feedsFor(session, inputs));
    const found = { 'attention.last': exposed.attentions.at(-1), 'hidden.1': exposed.hiddenStates[1] };
    for (const [name, output] of Object.entries(found)) {
      const reference = values[name];
      if (!reference || !output) continue;
      expect(relativeError(results[output], makeTensor(reference)), name).toBeLessThanOrEqual(
        Math.max(tolerance, 1e-5),
      );
    }
    await session.release();
  });
});

const hidden = readJson<{
  readonly tolerance: number;
  readonly models: Readonly<Record<string, { readonly count: number; readonly last: WrittenTensor }>>;
}>('test/golden/autodiff/hidden-states.json');
const counted = exact.filter((entry) => hidden.models[entry.golden] !== undefined);

/** Whose last hidden state is not found yet, and why; one that is must leave this list. */
const unfound: Readonly<Record<string, string>> = {
  deberta: 'its LayerNorm casts in the middle',
  flaubert: 'padding is multiplied away after each normalisation',
  ibert: 'quantised stand-ins for LayerNorm',
  lilt: 'a second stream for the layout',
  longformer: 'texts are padded to whole windows inside',
  mobilebert: 'bottlenecks before and after each block',
  opt: 'a projection behind the last layer',
  squeezebert: 'channels come before tokens',
  xlm: 'padding is multiplied away after each normalisation',
  xlnet: 'tokens come before texts',
};

describe('the last hidden state is the one of transformers, after the final normalisation', () => {
  const rows = counted.map((entry) => [entry.name, entry] as const);
  const isUnfound = ([, { architecture }]: (typeof rows)[number]): boolean =>
    unfound[architecture] !== undefined;
  const check = async (_: string, entry: Case): Promise<void> => {
    const { count, last } = hidden.models[entry.golden]!;
    const { inputs, tolerance } = readJson<Golden>(`test/golden/autodiff/${entry.golden}`);
    const { model, hiddenStates } = exposeOutputs(loadFixture(entry.file), { hiddenStates: true });
    expect(hiddenStates).toHaveLength(count);
    const session = await openSession(model);
    const results = await session.run(feedsFor(session, inputs));
    await session.release();
    expect(relativeError(results[hiddenStates.at(-1)!], makeTensor(last))).toBeLessThanOrEqual(
      Math.max(tolerance, hidden.tolerance),
    );
  };
  it.each(rows.filter((row) => !isUnfound(row)))('%s', check);
  it.fails.each(rows.filter(isUnfound))('%s is not found yet', check);
  /**
   * Where the stream behind the last layer cannot be followed at all, nothing is exposed rather than a wrong
   * state.
   */
  const refused = ['longformer', 'mobilebert', 'squeezebert', 'xlnet'];
  const isRefused = ([, { architecture }]: (typeof rows)[number]): boolean => refused.includes(architecture);
  it.each(rows.filter(isRefused))('%s exposes none', (_, entry) => {
    expect(() => exposeOutputs(loadFixture(entry.file), { hiddenStates: true })).toThrow(/hidden/);
  });
});
