import { type Clock, systemClock } from '@tessera/base';
import { createLogger } from '@tessera/telemetry';
import pc from 'picocolors';
import type { LauncherConfig } from './config.ts';
import { type HeldHome, type HomeHolder, takeHome } from './supervise/home-lock.ts';
import { Interrupted, startPlatform } from './supervise/platform.ts';
import { isPortTaken } from './supervise/ports.ts';
import { listenForStop } from './supervise/stop-requests.ts';
import { untilTrue } from './supervise/until-true.ts';

const defaultPort = 8000;
/** A predecessor that was just told to stop, or was killed, gets so long to leave home and port. */
const patienceMs = 15_000;
/** The shell's code for a command that was interrupted before it had done what it was asked for. */
const interruptedCode = 130;

/**
 * `npm start`: everything up, until Ctrl-C, SIGTERM or the end of the process that started it. Resolves with
 * the exit code: 0 after an orderly stop, 130 when it was interrupted on the way up or told to hurry, 1 when
 * it could not start.
 */
export async function runStart(config: LauncherConfig, clock: Clock = systemClock): Promise<number> {
  const log = createLogger({ name: 'launcher', level: 'warn', format: 'pretty' });
  const home = await takeHomePatiently(config.home, clock);
  if (!home.taken) return refuse(home.holder, config.home);
  const port = config.port ?? defaultPort;
  try {
    const isFree = async (): Promise<boolean> => !(await isPortTaken(port, config.host));
    if (!(await untilTrue(isFree, { clock, timeoutMs: 3_000 }))) {
      console.error(
        `Port ${port} on ${config.host} is taken. Set PORT to a free one, such as: PORT=${port + 1} npm start`,
      );
      return 1;
    }
    console.log(pc.dim(`Starting Postgres, gateway and worker host (data in ${config.home}) …`));
    const asked = listenForStop(process, clock);
    const platform = await startPlatform({
      config,
      home: config.home,
      port,
      log,
      clock,
      interrupted: asked.stop,
      onStep: (step) => console.log(pc.dim(`• ${step}`)),
      onRestart: (name, reason) => log.warn({ reason }, `${name} ended and is started again`),
    });
    home.tell({ url: platform.url, stopping: false });
    console.log(banner(platform.url));
    await asked.stop;
    home.tell({ url: null, stopping: true });
    console.log(pc.dim('Stopping …'));
    return await Promise.race([
      platform.stop().then(() => 0),
      asked.hurry.then(() => {
        platform.endAtOnce();
        return interruptedCode;
      }),
    ]);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return error instanceof Interrupted ? interruptedCode : 1;
  } finally {
    home.release();
  }
}

async function takeHomePatiently(
  home: string,
  clock: Clock,
): Promise<HeldHome | { readonly taken: false; readonly holder: HomeHolder }> {
  let lock = takeHome(home);
  if (lock.taken || !lock.holder.stopping) return lock;
  console.log(pc.dim('Waiting for the Tessera that is stopping in the same folder …'));
  await untilTrue(
    async () => {
      lock = takeHome(home);
      return lock.taken;
    },
    { clock, timeoutMs: patienceMs },
  );
  return lock;
}

function refuse(holder: HomeHolder, home: string): number {
  const where = holder.url ? ` at ${holder.url}` : '';
  console.error(
    `Tessera already runs in ${home}${where} (process ${holder.pid}).\n` +
      'Stop it, or set TESSERA_HOME to another folder and PORT to another port.',
  );
  return 1;
}

function banner(url: string): string {
  const post = `curl -s ${url}/api/main/tessera/sentiment-en/sequence-classification -H 'content-type: application/json' -d '{"input": ["A warm, funny film."]}'`;
  return [
    `${pc.green('✓')} Tessera is up at ${pc.bold(url)}   ${pc.dim(`(API docs: ${url}/docs)`)}`,
    '',
    '  Try it from another terminal:',
    `  ${post}`,
    `  curl -s ${url}/api/main/task_result/${pc.italic('TASK_ID')}`,
    '',
    pc.dim('  Ctrl-C stops everything.'),
  ].join('\n');
}
