import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { createCancellations } from './cancellations.ts';

describe('cancellations', () => {
  test('all rows of a request share one listener, which goes with the last of them', () => {
    const { signal } = new AbortController();
    const cancellations = createCancellations();
    const offs = Array.from({ length: 50 }, () => cancellations.on(signal, () => undefined));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    for (const off of offs.slice(1)) off();
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    offs[0]!();
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  test('an abort tells those who still wait, each once', () => {
    const abort = new AbortController();
    const cancellations = createCancellations();
    const told: string[] = [];
    cancellations.on(abort.signal, () => told.push('a'));
    const off = cancellations.on(abort.signal, () => told.push('b'));
    const late = cancellations.on(abort.signal, () => told.push('c'));
    off();
    abort.abort();
    late();
    expect(told).toEqual(['a', 'c']);
    expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0);
  });

  test('signals are kept apart, and none is needed', () => {
    const [one, other] = [new AbortController(), new AbortController()];
    const cancellations = createCancellations();
    const told: string[] = [];
    cancellations.on(one.signal, () => told.push('one'));
    cancellations.on(other.signal, () => told.push('other'));
    cancellations.on(undefined, () => told.push('nobody'))();
    other.abort();
    expect(told).toEqual(['other']);
  });
});
