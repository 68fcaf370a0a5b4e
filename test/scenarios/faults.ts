import { eventually } from '@tessera/testkit';
import { type Cluster, childrenOf, type TestProcess } from './cluster.ts';

/** A cluster in the shape of production: two gateways, two hosts, and networks that can fail. */
export interface Production {
  readonly cluster: Cluster;
  /** Where the two gateways listen. */
  readonly urls: readonly string[];
  readonly gateways: TestProcess[];
  readonly hosts: TestProcess[];
  /** Starts a gateway or host again in the place of one that is gone. */
  restartGateway(index: number): Promise<void>;
  restartHost(index: number): Promise<void>;
}

/** Something that goes wrong under load; resolves when it has been put right again. */
export interface Fault {
  readonly name: string;
  readonly strike: (production: Production) => Promise<void>;
}

const passed = (ms: number): Promise<unknown> => {
  const endMs = performance.now() + ms;
  return eventually(`${ms} ms to pass`, () => performance.now() >= endMs, ms + 30_000);
};

/** Connections are reset, and new ones refused, for `ms`, `times` times. */
async function blink(
  proxy: { cut(): void; mend(): void },
  { ms, times }: { readonly ms: number; readonly times: number },
): Promise<void> {
  for (let time = 0; time < times; time++) {
    proxy.cut();
    await passed(ms);
    proxy.mend();
    await passed(ms);
  }
}

const postgresOf = ({ cluster }: Production) => cluster.network!.postgres;
const redisOf = ({ cluster }: Production) => cluster.network!.redis!;

/** Longer than three leases of the cluster (3 s each). */
const longOutageMs = 10_000;

export const postgresFaults: readonly Fault[] = [
  {
    name: 'connections to Postgres cut for 1.7 s, three times',
    strike: (production) => blink(postgresOf(production), { ms: 1_700, times: 3 }),
  },
  {
    name: 'connections to Postgres fall silent, twice',
    async strike(production) {
      postgresOf(production).silence();
      await passed(4_000);
      postgresOf(production).silence();
    },
  },
  {
    name: 'Postgres away for longer than three leases',
    strike: (production) => blink(postgresOf(production), { ms: longOutageMs, times: 1 }),
  },
  {
    name: 'rows locked for 8 s',
    async strike({ cluster }) {
      const unlock = await cluster.postgres.lock('task');
      await passed(8_000);
      await unlock();
    },
  },
  {
    name: 'kill -9 of Postgres',
    async strike({ cluster }) {
      await cluster.postgres.kill();
      await cluster.postgres.start();
    },
  },
];

export const redisFaults: readonly Fault[] = [
  {
    name: 'connections to Redis cut for 1.7 s, three times',
    strike: (production) => blink(redisOf(production), { ms: 1_700, times: 3 }),
  },
  {
    name: 'connections to Redis fall silent, twice',
    async strike(production) {
      redisOf(production).silence();
      await passed(4_000);
      redisOf(production).silence();
    },
  },
  {
    name: 'FLUSHALL, then kill -9 of Redis',
    async strike({ cluster }) {
      await cluster.redis!.flush();
      await cluster.redis!.kill();
      await cluster.redis!.start();
    },
  },
];

export const processFaults: readonly Fault[] = [
  {
    name: 'kill -9 of a model process, three times',
    async strike({ hosts }) {
      for (let kill = 0; kill < 3; kill++) {
        const pid = await eventually(
          'a model process',
          () => hosts.flatMap((host) => childrenOf(host.pid))[0],
        );
        process.kill(pid, 'SIGKILL');
        await passed(500);
      }
    },
  },
  {
    name: 'kill -9 of a host',
    async strike(production) {
      await production.hosts[0]!.kill();
      await production.restartHost(0);
    },
  },
  {
    name: 'kill -9 of a gateway',
    async strike(production) {
      await production.gateways[1]!.kill();
      await production.restartGateway(1);
    },
  },
  {
    name: 'a host sleeps for 6 s (two leases) and wakes',
    async strike({ hosts }) {
      hosts[1]!.signal('SIGSTOP');
      await passed(6_000);
      hosts[1]!.signal('SIGCONT');
    },
  },
  {
    name: 'rolling restart of everything',
    async strike(production) {
      for (const index of [0, 1]) {
        production.gateways[index]!.signal('SIGTERM');
        await production.gateways[index]!.gone;
        await production.restartGateway(index);
        production.hosts[index]!.signal('SIGTERM');
        await production.hosts[index]!.gone;
        await production.restartHost(index);
      }
    },
  },
];
