import { type ManualClock, manualClock, silentLog } from '@tessera/base';
import { describe, expect, it } from 'vitest';
import { createContact } from './contact.ts';
import { createPatience } from './patience.ts';
import { patient } from './patient.ts';

const failure = (code: string): Error => Object.assign(new Error(code), { code });
const patienceOf = (clock: ManualClock, patienceMs: number) =>
  createPatience({ clock, log: silentLog, contact: createContact(clock), patienceMs });

/** Lets time pass until the work has settled; returns what it gave or threw. */
async function settle(clock: ManualClock, work: Promise<unknown>): Promise<unknown> {
  let end: { readonly value: unknown } | null = null;
  work.then(
    (value) => {
      end = { value };
    },
    (value: unknown) => {
      end = { value };
    },
  );
  while (!end) {
    await new Promise((resolve) => setImmediate(resolve));
    if (!end) clock.advance(100);
  }
  return (end as { readonly value: unknown }).value;
}

describe('patience', () => {
  it('tries again until the database is back', async () => {
    const clock = manualClock();
    let tries = 0;
    const work = patienceOf(clock, 10_000).outwait(async () => {
      if (++tries < 4) throw failure('57P03');
      return 'back';
    }, 'again');
    expect(await settle(clock, work)).toBe('back');
  });

  it('gives up in the end, also on what hangs, and passes other errors on at once', async () => {
    const clock = manualClock();
    const patience = patienceOf(clock, 1_000);
    const unavailable = { code: 'SERVICE_UNAVAILABLE', detail: { part: 'database' } };
    const refused = patience.outwait(() => Promise.reject(failure('ECONNREFUSED')), 'again');
    expect(await settle(clock, refused)).toMatchObject(unavailable);
    const beganMs = clock.monotonicMs();
    expect(
      await settle(
        clock,
        patience.outwait(() => new Promise(() => {}), 'again'),
      ),
    ).toMatchObject(unavailable);
    expect(clock.monotonicMs() - beganMs).toBeLessThanOrEqual(1_100);
    await expect(patience.outwait(() => Promise.reject(failure('42601')), 'again')).rejects.toThrow('42601');
  });

  it('tries what must not run twice again only when the first try certainly did nothing', async () => {
    const clock = manualClock();
    const patience = patienceOf(clock, 10_000);
    let tries = 0;
    const first = (code: string) =>
      patience.outwait(async () => {
        if (++tries === 1) throw failure(code);
        return 'done';
      }, 'once');
    expect(await settle(clock, first('53300'))).toBe('done');
    tries = 0;
    expect(await settle(clock, first('ECONNRESET'))).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(tries).toBe(1);
  });

  it('ends early when the process wants to end', async () => {
    const clock = manualClock();
    const patience = patienceOf(clock, Number.POSITIVE_INFINITY);
    const work = patience.outwait(() => Promise.reject(failure('ECONNREFUSED')), 'again');
    clock.advance(60_000);
    patience.hurry(1_000);
    expect(await settle(clock, work)).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });

  it('is lent to the verbs of a port, each as far as the port allows', async () => {
    const clock = manualClock();
    let reads = 0;
    const port = {
      read: async (key: string) => {
        if (++reads === 1) throw failure('ECONNRESET');
        return key;
      },
      add: async () => {
        throw failure('ECONNRESET');
      },
      hear: () => 'at once',
    };
    const waiting = patient(port, { read: 'again', add: 'once', hear: 'local' }, patienceOf(clock, 1_000));
    expect(await settle(clock, waiting.read('key'))).toBe('key');
    expect(await settle(clock, waiting.add())).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(waiting.hear()).toBe('at once');
  });
});

describe('contact', () => {
  it('remembers an absence for as long as leases may have ended in it', () => {
    const clock = manualClock();
    const contact = createContact(clock);
    const wasAway = () => contact.wasAway({ forMs: 5_000, withinMs: 10_000 });
    contact.missed(clock.monotonicMs());
    clock.advance(1_000);
    contact.made();
    expect(wasAway()).toBe(false);
    contact.missed(clock.monotonicMs());
    clock.advance(6_000);
    expect(wasAway()).toBe(true);
    contact.made();
    clock.advance(9_000);
    expect(wasAway()).toBe(true);
    clock.advance(2_000);
    expect(wasAway()).toBe(false);
  });

  it('does not take a call that hung while others were answered for an absence', () => {
    const clock = manualClock();
    const contact = createContact(clock);
    const hungMs = clock.monotonicMs();
    clock.advance(6_000);
    contact.made();
    contact.missed(hungMs);
    contact.made();
    expect(contact.wasAway({ forMs: 5_000, withinMs: 10_000 })).toBe(false);
  });
});
