import { type ManualClock, manualClock, silentLog } from '@tessera/base';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Contact, createContact } from './availability/contact.ts';
import { createHosts } from './hosts.ts';
import type { HostStore } from './ports/hosts.ts';

describe('a host that starts', () => {
  let clock: ManualClock;
  let contact: Contact;
  let rows: Map<string, string>;
  let forgotten: string[];
  beforeEach(() => {
    clock = manualClock();
    contact = createContact(clock);
    rows = new Map();
    forgotten = [];
  });

  /** Lets `succeed` watch for `ms`; `everyLook` happens before each of its looks. */
  async function succeed(name: string, everyLook: () => void = () => {}, ms = 20_000): Promise<void> {
    const store: HostStore = {
      beat: async () => {},
      list: async () => [],
      signs: async () =>
        [...rows].map(([owner, heartbeatAt]) => ({ owner, name: owner.split('#')[0]!, heartbeatAt })),
      leave: async (owner) => void rows.delete(owner),
    };
    const forgetOwner = async (owner: string): Promise<number> => forgotten.push(owner);
    const hosts = createHosts({
      hosts: store,
      store: { forgetOwner },
      start: 'now',
      contact,
      clock,
      log: silentLog,
    });
    let over = false;
    void hosts.succeed(name).finally(() => {
      over = true;
    });
    for (let passedMs = 0; passedMs < ms && !over; passedMs += 100) {
      await new Promise((resolve) => setImmediate(resolve));
      everyLook();
      clock.advance(100);
    }
    expect(over).toBe(true);
  }

  it('ends the leases of its dead predecessors, and of nobody else', async () => {
    rows.set('a#before', '1').set('a#long before', '0').set('b#before', '1').set('a#now', '1');
    await succeed('a');
    expect(forgotten.sort()).toEqual(['a#before', 'a#long before']);
    expect([...rows.keys()]).toEqual(['b#before', 'a#now']);
  });

  it('leaves a host of its own name alone whose heart beats', async () => {
    rows.set('a#other', '1');
    let looks = 0;
    await succeed('a', () => {
      if (++looks === 30) rows.set('a#other', '2');
    });
    expect(forgotten).toEqual([]);
    expect(rows.has('a#other')).toBe(true);
  });

  it('does not take a host for dead that could not beat, because the database was away', async () => {
    rows.set('a#other', '1');
    let looks = 0;
    await succeed('a', () => {
      looks++;
      if (looks === 10) contact.missed(clock.monotonicMs());
      if (looks === 60) contact.made();
      if (looks === 100) rows.set('a#other', '2');
    });
    expect(forgotten).toEqual([]);
  });
});
