import { describe, expect, it } from 'vitest';
import { newIdFrom } from './ids.ts';

describe('ids', () => {
  it('are UUIDs of version 7 that begin with the time', () => {
    const id = newIdFrom(() => 0x0123456789ab)();
    expect(id).toMatch(/^01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('sort by birth within one millisecond, over the end of the counter, and when the clock steps back', () => {
    let calls = 0;
    const newId = newIdFrom(() => (calls++ < 10_000 ? 5_000 : 4_000));
    const ids = Array.from({ length: 20_000 }, newId);
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
