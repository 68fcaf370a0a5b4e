import type { HostEntry } from '@tessera/contracts';
import { nameOf } from '../../owner.ts';
import type { HostStore } from '../../ports/hosts.ts';
import { type Database, execute, sql } from './statement.ts';

/** The heartbeat's time is the database's, so that skewed machines agree. */
const writeBeat = sql('host-beat')`
insert into host (host, hostname, pid, models, memory_bytes, gpus)
values ($1, $2, $3, $4::jsonb, $5, $6::text[])
on conflict (host) do update
   set hostname = excluded.hostname, pid = excluded.pid, models = excluded.models, memory_bytes = excluded.memory_bytes,
       gpus = excluded.gpus, heartbeat_at = now(),
       started_at = case when host.pid = excluded.pid then host.started_at else now() end`;

const readHosts = sql('host-list')`
select host as owner, hostname, pid, models, memory_bytes::float8 as "memoryBytes", gpus, started_at as "startedAt",
       heartbeat_at as "heartbeatAt", heartbeat_at > now() - interval '15 seconds' as alive
  from host where heartbeat_at > now() - interval '1 day' order by started_at, host`;

const leaveHost = sql('host-leave')`delete from host where host = $1`;

interface Row extends Omit<HostEntry, 'host' | 'startedAt' | 'heartbeatAt'> {
  readonly owner: string;
  readonly startedAt: Date;
  readonly heartbeatAt: Date;
}

/** The list of hosts in Postgres. */
export function createPostgresHosts(database: Database): HostStore {
  const read = (): Promise<readonly Row[]> => execute<Row>(database, readHosts, []);
  return {
    async beat(owner, { hostname, pid, models, memoryBytes, gpus }) {
      await execute(database, writeBeat, [owner, hostname, pid, JSON.stringify(models), memoryBytes, gpus]);
    },
    async list() {
      const rows = await read();
      const living = new Map<string, number>();
      return rows.flatMap(({ owner, ...row }) => {
        const name = nameOf(owner);
        // Of a name that is in use, the starts before are no news.
        if (!row.alive && rows.some((other) => other.alive && nameOf(other.owner) === name)) return [];
        const number = (living.get(name) ?? 0) + 1;
        living.set(name, number);
        const startedAt = row.startedAt.toISOString();
        const heartbeatAt = row.heartbeatAt.toISOString();
        return { ...row, host: number === 1 ? name : `${name}-${number}`, startedAt, heartbeatAt };
      });
    },
    async signs() {
      return (await read()).map(({ owner, heartbeatAt }) => ({
        owner,
        name: nameOf(owner),
        heartbeatAt: heartbeatAt.toISOString(),
      }));
    },
    async leave(owner) {
      await execute(database, leaveHost, [owner]);
    },
  };
}
