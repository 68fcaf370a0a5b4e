import { eventually } from '@tessera/testkit';
import { describe, expect, it } from 'vitest';
import { keepHelpers } from './keep-helpers.ts';

function helpers() {
  const opened: string[] = [];
  const closed: string[] = [];
  const kept = keepHelpers(async (identifier, folder) => {
    opened.push(`${identifier} from ${folder}`);
    if (folder === '/bad') throw new Error('no such file');
    return { close: async () => void closed.push(identifier) } as never;
  });
  return { kept, opened, closed };
}

describe('helper models', () => {
  it('are opened once, stay while somebody uses them, and leave the least recently used first', async () => {
    const { kept, opened, closed } = helpers();
    const folders = { a: '/a', b: '/b', c: '/c' };
    const [first, second] = [kept.lease(folders), kept.lease(folders)];
    const [one, same] = await Promise.all([first.open('a'), second.open('a')]);
    expect(one).toBe(same);
    await first.open('b');
    await first.open('c');
    first.release();
    expect(opened).toEqual(['a from /a', 'b from /b', 'c from /c']);
    expect(closed).toEqual([]); // a is in use, b and c may stay
    second.release();
    await eventually('the surplus to be closed', async () => closed.length === 1);
    expect(closed).toEqual(['a']);
    await kept.close();
    expect(closed.sort()).toEqual(['a', 'b', 'c']);
  });

  it('must be known to the host, and may be tried again after a failure', async () => {
    const { kept, opened } = helpers();
    const lease = kept.lease({ broken: '/bad' });
    await expect(lease.open('other')).rejects.toThrow('No model is called "other"');
    await expect(lease.open('broken')).rejects.toThrow('no such file');
    await expect(lease.open('broken')).rejects.toThrow('no such file');
    expect(opened).toHaveLength(2);
  });
});
