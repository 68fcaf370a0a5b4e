import { silentLog, systemClock } from '@tessera/base';
import pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { describeJobQueue } from '../testing/job-queue.cases.ts';
import { queueBackends, type Servers } from '../testing/jobs-under-test.ts';
import { openPostgresBackend } from './bullmq/postgres.ts';
import { openBullQueue } from './bullmq/queue.ts';
import { connected, openRedisBackend } from './bullmq/redis.ts';

for (const { name, start } of queueBackends) {
  let servers: Servers;
  beforeAll(async () => {
    servers = await start();
  });
  afterAll(() => servers.stop());

  describeJobQueue(name, async () => {
    const { databaseUrl, redisUrl, namespace } = await servers.configure();
    if (redisUrl === null)
      return {
        queue: openBullQueue({
          backend: await openPostgresBackend({
            databaseUrl,
            log: silentLog,
            timing: { answerMs: 3_000, clients: new Set() },
          }),
          clock: systemClock,
          log: silentLog,
        }),
        async flush() {
          const client = new pg.Client({ connectionString: databaseUrl });
          await client.connect();
          await client.query('truncate bullmq.job cascade');
          await client.end();
        },
      };
    const backend = openRedisBackend({ url: redisUrl, namespace: namespace!, log: silentLog });
    await connected(backend.asking);
    return {
      queue: openBullQueue({ backend, clock: systemClock, log: silentLog }),
      flush: () => servers.redis!.flush(),
    };
  });
}
