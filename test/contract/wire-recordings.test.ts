import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { float32 } from '@tessera/contracts';
import { describe, expect, it } from 'vitest';
import { encodeNpy } from '../../packages/dialects/src/arrays/npy.ts';
import { converse, type Recording, withServer } from './converse.ts';
import { difference } from './same-wire.ts';
import { conversations } from './wire/conversations.ts';

/*
 * SQuARE's wire stays what it was: the recorded conversation with a real server and the starter models
 * (record-wire.ts) is held again, and every reply must say the same, key by key.
 */
const recorded = (title: string): readonly Recording[] =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'recordings', `${title}.json`), 'utf8'));

it('every recorded request is answered as it was', async () => {
  const different: string[] = [];
  await withServer(async (url) => {
    for (const [title, cases] of Object.entries(conversations)) {
      const before = recorded(title);
      expect(before.map(({ name }) => name)).toEqual(cases.map(({ name }) => name));
      for (const [i, one] of cases.entries()) {
        const found = difference(await converse(url, one), before[i]);
        if (found) different.push(`${title}, ${one.name}: ${found}`);
      }
    }
  });
  expect(different).toEqual([]);
}, 600_000);

describe('the comparison', () => {
  const npy = (value: number): string => Buffer.from(encodeNpy(float32([1], [value]))).toString('base64');
  it.each([
    [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
    [
      [1, 2],
      [1, 2, 3],
    ],
    [{ score: 0.5 }, { score: 0.501 }],
    ['read in 2 windows', 'read in 3 windows'],
    [npy(0.25), npy(0.5)],
    [null, []],
    [[], {}],
  ])('tells %j from %j', (now, then) => {
    expect(difference(now, then)).not.toBeNull();
  });

  it('forgives the last digits of a number, also inside a text', () => {
    expect(difference(npy(0.5), npy(0.50000001))).toBeNull();
    expect(difference({ a: [0.3333333], b: '<i 0.50000001>' }, { a: [0.3333334], b: '<i 0.5>' })).toBeNull();
  });
});
