import { silentLog } from '@tessera/base';
import { describe, expect, it } from 'vitest';
import type { Notice } from '../../ports/notices.ts';
import { openBroadcast } from './broadcast.ts';

const token = (index: number): Notice => ({
  kind: 'token',
  taskId: 't',
  token: { input: 0, index, ids: [], text: '' },
});

describe('broadcast', () => {
  it('keeps the order of notices over a channel whose sends may overtake each other', async () => {
    const order: number[] = [];
    let sends = 0;
    let over = (): void => undefined;
    const allHeard = new Promise<void>((resolve) => {
      over = resolve;
    });
    const notices = openBroadcast(
      (arrived) => ({
        // Room for one notice a message, so that twenty messages are under way.
        maxMessageBytes: 1,
        opened: Promise.resolve(),
        send: (message) =>
          new Promise((sent) => {
            const deliver = (): void => {
              arrived(message);
              sent(undefined);
            };
            // Every other send takes longer.
            if (sends++ % 2) setImmediate(deliver);
            else setImmediate(() => setImmediate(() => setImmediate(deliver)));
          }),
        close: async () => undefined,
      }),
      silentLog,
    );
    notices.subscribe((notice) => {
      if (notice.kind !== 'token') return;
      order.push(notice.token.index);
      if (order.length === 20) over();
    });
    for (let index = 0; index < 20; index++) notices.publish([token(index)]);
    await allHeard;
    expect(order).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });
});
