import { eventually, redisBinary } from '@tessera/testkit';
import { expect, it } from 'vitest';
import { endure, withProduction } from './campaign.ts';
import type { Fault } from './faults.ts';

/*
 * The campaign in short: one run in the shape of production. `npm run bench -- chaos` strikes with every
 * fault.
 */

/** Networks that are cut until the gateways say so, twice, and then swallow what is sent. */
const networks: Fault = {
  name: 'networks are cut and fall silent',
  async strike({ cluster }) {
    const { postgres, redis } = cluster.network!;
    const isReady = async () => (await fetch(`${cluster.url}/readyz`).catch(() => null))?.ok ?? false;
    for (const proxy of [postgres, redis ?? postgres]) {
      proxy.cut();
      await eventually('the gateway to say that it is not ready', async () => !(await isReady()));
      proxy.mend();
      await eventually('the gateway to be ready again', isReady);
    }
    postgres.silence();
    redis?.silence();
  },
};

it('two gateways and two hosts fail nothing when networks are cut and fall silent under load', () =>
  withProduction(redisBinary(), async (production) => {
    const tally = await endure(production, { fault: networks, tasks: 200, seed: 21 });
    expect(tally).toMatchObject({
      accepted: 200,
      lost: 0,
      duplicated: 0,
      wrong: 0,
      wronglyFailed: 0,
      stuck: 0,
    });
  }));
