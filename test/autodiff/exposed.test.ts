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
