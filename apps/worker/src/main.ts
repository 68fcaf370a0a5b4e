import { readConfig } from './config.ts';
import { makeDeps } from './deps.ts';
import { startHost } from './host/host.ts';

// The worker host's process: read config, make deps, start, stop cleanly; nothing else.

const deps = await makeDeps(readConfig(process.env));
const host = await startHost(deps);
// A supervisor waits for this word before it says that everything is up.
process.send?.('ready');

let stopping = false;
const stop = async (why: string): Promise<void> => {
  if (stopping) return;
  stopping = true;
  deps.log.info({ why }, 'worker host stops');
  await host.stop();
  await deps.jobs.close();
  process.exit(0);
};
process.on('SIGTERM', () => void stop('SIGTERM'));
// Under a supervisor Ctrl-C reaches this process too; the supervisor then says SIGTERM when it is our turn.
process.on('SIGINT', () => {
  if (!process.env.TESSERA_SUPERVISED) void stop('SIGINT');
});
// The supervisor is gone, however it went: nobody would stop us any more.
process.on('disconnect', () => void stop('the supervisor is gone'));
