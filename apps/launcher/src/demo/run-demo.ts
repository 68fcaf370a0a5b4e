import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { silentLog, systemClock } from '@tessera/base';
import { freePort, startPostgres } from '@tessera/embedded';
import { createLogger } from '@tessera/telemetry';
import pc from 'picocolors';
import type { LauncherConfig } from '../config.ts';
import { takeHome } from '../supervise/home-lock.ts';
import { Interrupted, startPlatform } from '../supervise/platform.ts';
import { listenForStop } from '../supervise/stop-requests.ts';
import { generationJobs } from './generation-jobs.ts';
import { lookInsideJobs } from './look-inside-jobs.ts';
import { runJob } from './run-job.ts';
import { sampleJobs } from './sample-jobs.ts';

const jobs = [...sampleJobs, ...generationJobs, ...lookInsideJobs];

/**
 * `npm run demo`: a whole Tessera in a folder of its own, one real job of each kind over HTTP, then nothing
 * left.
 */
export async function runDemo(config: LauncherConfig): Promise<number> {
  const demos = join(config.home, 'demo');
  mkdirSync(demos, { recursive: true });
  await removeDead(demos);
  // Not mkdtemp: its mode 0700 would lock out the unprivileged user that Postgres runs as under root.
  const home = join(demos, `run-${process.pid}`);
  mkdirSync(home);
  const lock = takeHome(home);
  if (!lock.taken) throw new Error(`${home} is in use although it is new`);
  const log = createLogger({ name: 'demo', level: 'warn', format: 'pretty' });
  const asked = listenForStop(process, systemClock);
  const interrupted = asked.stop.then(() => {
    throw new Interrupted();
  });
  interrupted.catch(() => undefined);
  const startMs = performance.now();
  try {
    console.log(pc.dim('• Starting Postgres, gateway and worker host …'));
    const port = config.port ?? (await freePort());
    const platform = await startPlatform({
      config: {
        ...config,
        environment: { ...config.environment, LOG_LEVEL: config.environment.LOG_LEVEL ?? 'warn' },
      },
      home,
      port,
      log,
      interrupted: asked.stop,
      onRestart: (name, reason) => log.warn({ reason }, `${name} ended and is started again`),
    });
    try {
      console.log(
        `${pc.green('✓')} up at ${platform.url} ${pc.dim(`after ${((performance.now() - startMs) / 1000).toFixed(1)} s`)}`,
      );
      for (const job of jobs) await Promise.race([runJob(platform.url, job), interrupted]);
    } finally {
      console.log(pc.dim('\n• Stopping …'));
      await Promise.race([platform.stop(), asked.hurry.then(() => platform.endAtOnce())]);
    }
    console.log(
      `${pc.green('✓')} All ${jobs.length} jobs answered. ${pc.bold('npm start')} does the same and stays up.`,
    );
    return 0;
  } catch (error) {
    console.error(pc.red(error instanceof Error ? error.message : String(error)));
    return 1;
  } finally {
    lock.release();
    rmSync(home, { recursive: true, force: true });
  }
}

/** Demos that were killed: their database may still run, and their folder is of no use to anybody. */
async function removeDead(demos: string): Promise<void> {
  for (const name of readdirSync(demos)) {
    const home = join(demos, name);
    const lock = takeHome(home);
    if (!lock.taken) continue;
    const postgres = existsSync(join(home, 'postgres.json'))
      ? await startPostgres({ home, log: silentLog }).catch(() => null)
      : null;
    await postgres?.stop();
    rmSync(home, { recursive: true, force: true });
  }
}
