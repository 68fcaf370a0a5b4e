import { sleep, within } from '@tessera/base';
import { createApp } from './app.ts';
import { readConfig } from './config.ts';
import { makeDeps } from './deps.ts';
import { listen } from './listen.ts';

// The gateway's process: read config, make deps, listen, stop cleanly; nothing else.

/** Requests that have not ended by then are cut off. */
const patienceMs = 5_000;

const { config, deps, listening } = await start().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
const { log } = deps;
log.info({ host: config.host, port: listening.port }, 'gateway listens');
process.send?.({ kind: 'listening', port: listening.port });

async function start() {
  const config = readConfig(process.env);
  const deps = await makeDeps(config);
  return { config, deps, listening: await listen(createApp(deps), config) };
}

let stopping = false;
const drained = new AbortController();
/**
 * Not ready at once, and after `drainMs`, in which everything is still answered, closed; a second word ends
 * the draining.
 */
const stop = async (why: string, drainMs: number): Promise<void> => {
  if (drainMs === 0) drained.abort();
  if (stopping) return;
  stopping = true;
  log.info({ why, drainMs }, 'gateway stops');
  deps.beginDraining();
  listening.drain();
  await Promise.race([sleep(deps.clock, drainMs), aborted(drained.signal)]);
  deps.beginClosing();
  await within(deps.clock, patienceMs, listening.close()).catch(() => {});
  await deps.stop();
  process.exit(0);
};
process.on('SIGTERM', () => void stop('SIGTERM', config.drainMs));
// Under a supervisor Ctrl-C reaches this process too; the supervisor then says SIGTERM when it is our turn.
process.on('SIGINT', () => {
  if (!process.env.TESSERA_SUPERVISED) void stop('SIGINT', 0);
});
// The supervisor is gone, however it went: nobody would stop us any more.
process.on('disconnect', () => void stop('the supervisor is gone', 0));

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
