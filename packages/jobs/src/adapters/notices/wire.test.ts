import { describe, expect, it } from 'vitest';
import type { Notice } from '../../ports/notices.ts';
import { packNotices, unpackNotices } from './wire.ts';

describe('notices on the wire', () => {
  const notices: Notice[] = [
    { kind: 'task', taskId: '01a203de-9aa8-7e4b-a480-18b657c92f61', state: 'succeeded' },
    { kind: 'model', identifier: 'a/ü"b' },
    { kind: 'keys' },
  ];

  it('come back as they were sent', () => {
    expect(packNotices(notices, 1000).flatMap(unpackNotices)).toEqual(notices);
  });

  it('are split into messages below the limit of pg_notify', () => {
    const many = Array.from({ length: 1000 }, () => notices[0]!);
    const messages = packNotices(many, 7_800);
    expect(Math.max(...messages.map((message) => Buffer.byteLength(message)))).toBeLessThan(8_000);
    expect(messages.flatMap(unpackNotices)).toEqual(many);
  });

  it('count as a gap when another version wrote them', () => {
    expect(unpackNotices('not json')).toEqual([{ kind: 'gap' }]);
    expect(unpackNotices('[["z",1]]')).toEqual([{ kind: 'gap' }]);
  });
});
