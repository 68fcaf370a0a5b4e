import { EventEmitter } from 'node:events';
import { manualClock } from '@tessera/base';
import { describe, expect, it } from 'vitest';
import { listenForStop } from './stop-requests.ts';

describe('requests to stop', () => {
  function heard() {
    const source = new EventEmitter();
    const clock = manualClock();
    const asked = listenForStop(source, clock);
    const said: string[] = [];
    void asked.stop.then(() => said.push('stop'));
    void asked.hurry.then(() => said.push('hurry'));
    return { source, clock, said: () => new Promise((done) => setImmediate(() => done(said))) };
  }

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'])('hears %s', async (event) => {
    const { source, said } = heard();
    expect(await said()).toEqual([]);
    source.emit(event);
    expect(await said()).toEqual(['stop']);
  });

  it('takes any number of SIGTERM and the end of the parent for one request', async () => {
    const { source, clock, said } = heard();
    for (const event of ['SIGTERM', 'SIGTERM', 'disconnect', 'SIGHUP', 'SIGTERM']) {
      source.emit(event);
      clock.advance(5_000);
    }
    expect(await said()).toEqual(['stop']);
  });

  it('takes a Ctrl-C that comes on two ways for one, and a second press for hurry', async () => {
    const { source, clock, said } = heard();
    source.emit('SIGINT');
    clock.advance(50);
    source.emit('SIGINT');
    expect(await said()).toEqual(['stop']);
    clock.advance(1_000);
    source.emit('SIGINT');
    expect(await said()).toEqual(['stop', 'hurry']);
  });

  it('does not hurry at the first Ctrl-C after SIGTERM', async () => {
    const { source, clock, said } = heard();
    source.emit('SIGTERM');
    clock.advance(1_000);
    source.emit('SIGINT');
    expect(await said()).toEqual(['stop']);
  });
});
