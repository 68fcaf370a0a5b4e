import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AppError, type Clock, type Log, systemClock } from '@tessera/base';
import { packagedBinaries, prepareBinaries } from './binaries.ts';
import { freePort } from './free-port.ts';
import { databaseName, databaseUser, failed, initialise } from './initialise.ts';
import { isAlive, isSame, markOf, type ProcessMark } from './owner.ts';
import { canReach, ownFolder, placeServer, serverUser, writeWhole } from './place.ts';
import {
  abandonPostmaster,
  findPostmaster,
  type Postmaster,
  startPostmaster,
  stopPostmaster,
  waitUntil,
} from './postmaster.ts';

export interface EmbeddedPostgresOptions {
  /** Folder that holds everything: data, password, log. One server runs from one home. */
  readonly home: string;
  /** A folder with bin/, lib/ and share/ to use instead of the npm package's. */
  readonly binariesDir?: string;
  /** False gives up surviving a power cut (not a crash of a process) for speed: for tests. */
  readonly durable?: boolean;
  readonly log: Log;
  readonly clock?: Clock;
}

export interface EmbeddedPostgres {
  /**
   * Connection string with user and password; the same after a restart unless the port was taken meanwhile.
   */
  readonly url: string;
  readonly pid: number;
  readonly port: number;
  /** True when the server was already running, left behind by a launcher that was killed. */
  readonly adopted: boolean;
  /** Resolves when the server is gone, for whatever reason; a supervisor then calls startPostgres again. */
  readonly ended: Promise<void>;
  /** Ends the server in order. Safe to call twice. */
  stop(): Promise<void>;
  /** Tells the server to drop everything; committed rows come back from its log at the next start. */
  endAtOnce(): void;
}

/**
 * Starts the Postgres of the npm package on a data folder below `home`, on 127.0.0.1 and a free port, with a
 * database `tessera` and a generated password. A server left behind by a killed launcher is taken over.
 *
 * Throws HOME_IN_USE when another living launcher owns the home, EMBEDDED_DATABASE_FAILED with the log's end
 * otherwise.
 */
export async function startPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log, clock = systemClock, durable = true } = options;
  const home = resolve(options.home);
  await mkdir(home, { recursive: true });
  const unlock = await lockHome(home, clock);
  try {
    const user = serverUser();
    const place = await placeServer(home, user);
    const password = await passwordOf(home);
    const server = join(place, 'server');
    await ownFolder(server, user);
    const data = join(server, 'data');
    const found = findPostmaster(data);
    let postmaster: Postmaster | null = null;
    if (found) {
      await waitUntil(clock, 120_000, () => findPostmaster(data)?.status !== 'starting');
      const now = findPostmaster(data);
      if (now?.status === 'ready') postmaster = now;
      else await stopPostmaster(found.pid, clock);
    }
    const adopted = postmaster !== null;
    if (!postmaster) {
      const binaries = await prepareBinaries({
        source: options.binariesDir ?? packagedBinaries(process.platform, process.arch),
        stage: place,
        usable: (folder) => canReach(folder, user),
      }).catch((cause: unknown) => {
        throw cause instanceof AppError ? cause : failed(`its binaries cannot be used: ${cause}`, cause);
      });
      await initialise({ binaries, server, password, user, durable });
      postmaster = await startOnAPort({ home, clock, log }, (port) =>
        startPostmaster({ binaries, data, logFile: join(home, 'postgres.log'), port, user, durable, clock }),
      );
    }
    const { pid, port } = postmaster;
    await writeState(home, { owner: markOf(process.pid), port });
    log.info({ pid, port, adopted }, adopted ? 'took over the running database' : 'started the database');
    return {
      url: `postgresql://${databaseUser}:${password}@127.0.0.1:${port}/${databaseName}`,
      pid,
      port,
      adopted,
      ended: watch(pid, clock),
      endAtOnce: () => abandonPostmaster(pid),
      async stop() {
        await stopPostmaster(pid, clock);
        await writeState(home, { owner: null, port });
      },
    };
  } finally {
    await unlock();
  }
}

/**
 * Ends the server of a home whose launcher is dead, without taking it over. False when the launcher lives or
 * is unknown, and then nothing is touched.
 */
export async function endOrphan(home: string, clock: Clock = systemClock): Promise<boolean> {
  const owner = readState(resolve(home))?.owner;
  if (!owner || isSame(owner)) return false;
  const place = await placeServer(home, serverUser());
  const found = findPostmaster(join(place, 'server', 'data'));
  if (found) await stopPostmaster(found.pid, clock);
  return true;
}

interface State {
  readonly owner: ProcessMark | null;
  readonly port: number;
}

function readState(home: string): State | null {
  try {
    return JSON.parse(readFileSync(join(home, 'postgres.json'), 'utf8')) as State;
  } catch {
    return null;
  }
}

function writeState(home: string, state: State): Promise<void> {
  return writeWhole(join(home, 'postgres.json'), JSON.stringify(state));
}

/**
 * One launcher at a time: the start itself is guarded by a lock file, the time after it by the owner's mark.
 */
async function lockHome(home: string, clock: Clock): Promise<() => Promise<void>> {
  const file = join(home, 'starting.lock');
  const endMs = clock.monotonicMs() + 120_000;
  for (;;) {
    try {
      const handle = await open(file, 'wx', 0o600);
      await handle.writeFile(String(process.pid));
      await handle.close();
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const holder = Number(await readFile(file, 'utf8').catch(() => '0'));
      // An empty file may be one that was made this instant; a dead holder's file is stale.
      if (holder > 0 && !isAlive(holder)) await rm(file, { force: true });
      else if (clock.monotonicMs() > endMs) throw inUse(holder, home);
      else await new Promise<void>((done) => clock.after(50, done));
    }
  }
  const owner = readState(home)?.owner;
  if (owner && owner.pid !== process.pid && isSame(owner)) {
    await rm(file, { force: true });
    throw inUse(owner.pid, home);
  }
  return () => rm(file, { force: true });
}

function inUse(pid: number, home: string): AppError {
  return new AppError('HOME_IN_USE', { detail: { pid, home } });
}

async function passwordOf(home: string): Promise<string> {
  const file = join(home, 'postgres.password');
  if (existsSync(file)) return (await readFile(file, 'utf8')).trim();
  const password = randomBytes(24).toString('hex');
  await writeWhole(file, password);
  return password;
}

/**
 * The port of last time when it is free, so that clients of a server that was restarted find it again; else
 * another. Between the look and the server's bind somebody may take the port, and after a kill the old
 * server's children may hold its memory for a moment: both end the start early and are worth another try.
 */
async function startOnAPort(
  context: { readonly home: string; readonly clock: Clock; readonly log: Log },
  start: (port: number) => Promise<Postmaster>,
): Promise<Postmaster> {
  const { home, clock, log } = context;
  let wanted = readState(home)?.port ?? 0;
  for (let attempt = 1; ; attempt++) {
    const port = await freePort(wanted);
    try {
      return await start(port);
    } catch (error) {
      const text = error instanceof Error ? error.message : '';
      const passing = /Address already in use|could not bind|pre-existing shared memory|lock file/.test(text);
      if (!passing || attempt === 10) throw error;
      log.warn({ attempt, port, reason: text }, 'the database did not start; trying again');
      if (/Address already in use|could not bind/.test(text)) wanted = 0;
      await new Promise<void>((done) => clock.after(100 * attempt, done));
    }
  }
}

/** Polls, because a server that was taken over is nobody's child here. */
function watch(pid: number, clock: Clock): Promise<void> {
  return new Promise((resolveEnded) => {
    const look = (): void => {
      if (isAlive(pid)) clock.after(200, look);
      else resolveEnded();
    };
    look();
  });
}
