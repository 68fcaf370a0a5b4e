import { readConfig } from './config.ts';
import { makeDeps } from './deps.ts';
import { startWorker } from './start-worker.ts';

// The worker host's process: read config, make deps, start, stop cleanly; nothing else.

const config = readOrExit();
const worker = startWorker(makeDeps(config), {
  // A supervisor waits for this word before it says that everything is up.
  onUp: (healthPort) => process.send?.({ kind: 'ready', healthPort }),
  end: (code) => process.exit(code),
});

process.on('SIGTERM', () => worker.stop('SIGTERM'));
// Under a supervisor Ctrl-C reaches this process too; the supervisor then says SIGTERM when it is our turn.
process.on('SIGINT', () => {
  if (!process.env.TESSERA_SUPERVISED) worker.stop('SIGINT');
});
// The supervisor is gone, however it went: nobody would stop us any more.
process.on('disconnect', () => worker.stop('the supervisor is gone'));

function readOrExit() {
  try {
    return readConfig(process.env);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  }
}
