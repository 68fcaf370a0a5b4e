import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TextInput } from '@tessera/contracts';
import { expect, test } from 'vitest';
import { openTokenizer } from '../load-tokenizer.ts';

/**
 * Folders of every layout, and the ids that transformers gives for them:
 * references/folders/tokenizer_folders.py.
 */
const at = (path: string): URL => new URL(`../../../../../test/golden/folders/${path}`, import.meta.url);
const golden = JSON.parse(readFileSync(at('tokenizers.json'), 'utf8')) as {
  texts: string[];
  pairs: [string, string][];
  cases: Record<string, { ids: number[]; types: number[] }[]>;
};
const inputs: TextInput[] = [...golden.texts, ...golden.pairs];

test.each(Object.entries(golden.cases))('%s: token by token as transformers', async (name, rows) => {
  const { tokenizer, warnings } = await openTokenizer(fileURLToPath(at(`tokenizers/${name}`)), name);
  const options = { maxLength: 500, truncation: 'none', addSpecialTokens: true, stride: null } as const;
  const encoded = await tokenizer.encodeAll(inputs, options);
  const actual = encoded.map(([one], i) => ({
    text: inputs[i],
    ids: one!.inputIds,
    types: one!.typeIds,
  }));
  expect(actual).toEqual(rows.map((row, i) => ({ text: inputs[i], ...row })));
  expect(warnings).toEqual([]);
});
