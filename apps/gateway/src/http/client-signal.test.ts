import { EventEmitter } from 'node:events';
import type { Response } from 'express';
import { expect, it } from 'vitest';
import { clientSignal } from './client-signal.ts';

function reply(): { readonly response: Response; end(finished: boolean): void } {
  const response = Object.assign(new EventEmitter(), { writableFinished: false });
  return {
    response: response as unknown as Response,
    end(finished) {
      response.writableFinished = finished;
      response.emit('close');
    },
  };
}

it('aborts when the client goes away, and not when it got its answer', () => {
  const { signal: closing } = new AbortController();
  const [left, answered] = [reply(), reply()];
  const signals = [left, answered].map(({ response }) => clientSignal(response, closing));
  left.end(false);
  answered.end(true);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
});

it('aborts for everybody who waits when the gateway stops, and at once for who comes later', () => {
  const gateway = new AbortController();
  const [waits, answered] = [reply(), reply()];
  const signals = [waits, answered].map(({ response }) => clientSignal(response, gateway.signal));
  answered.end(true);
  gateway.abort();
  const late = clientSignal(reply().response, gateway.signal);
  expect([...signals, late].map(({ aborted }) => aborted)).toEqual([true, false, true]);
});
