import type { HostEntry, HostReport } from '@tessera/contracts';
import type { Hosts } from '../../ports/hosts.ts';
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
select host, hostname, pid, models, memory_bytes::float8 as "memoryBytes", gpus, started_at as "startedAt",
       heartbeat_at as "heartbeatAt", heartbeat_at > now() - interval '15 seconds' as alive
  from host where heartbeat_at > now() - interval '1 day' order by host`;

const leaveHost = sql('host-leave')`delete from host where host = $1`;

interface Row extends HostReport {
  readonly startedAt: Date;
  readonly heartbeatAt: Date;
  readonly alive: boolean;
}

/** The list of hosts in Postgres. */
export function createPostgresHosts(database: Database): Hosts {
  return {
    async beat({ host, hostname, pid, models, memoryBytes, gpus }) {
      await execute(database, writeBeat, [host, hostname, pid, JSON.stringify(models), memoryBytes, gpus]);
    },
    async list() {
      const rows = await execute<Row>(database, readHosts, []);
      return rows.map(
        (row): HostEntry => ({
          ...row,
          startedAt: row.startedAt.toISOString(),
          heartbeatAt: row.heartbeatAt.toISOString(),
        }),
      );
    },
    async leave(host) {
      await execute(database, leaveHost, [host]);
    },
  };
}
