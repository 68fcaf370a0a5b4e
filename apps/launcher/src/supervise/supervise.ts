import { type ChildProcess, spawn } from 'node:child_process';
import type { Clock } from '@tessera/base';

export interface Service {
  readonly name: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
}

export interface Supervised {
  /** Resolves when the service has said `ready` over its channel for the first time. */
  readonly ready: Promise<void>;
  /** How often its process has ended by itself. */
  readonly ends: number;
  /** SIGTERM, then SIGKILL after `patienceMs`; resolves when the process is gone. */
  stop(patienceMs: number): Promise<void>;
  /** SIGKILL, and no new start. */
  kill(): void;
}

const firstDelayMs = 100;
const longestDelayMs = 5_000;
/** A process that lived so long starts with a fresh, short delay again. */
const healthyAfterMs = 30_000;

/**
 * Keeps one Node process running: starts it again whenever it ends, at once the first time and with growing
 * pauses when it keeps ending. Its IPC channel closes when this process dies, however it dies, and the
 * service then ends too.
 */
export function supervise(
  service: Service,
  options: { readonly clock: Clock; onRestart(name: string, reason: string): void },
): Supervised {
  let child: ChildProcess | null = null;
  let stopping = false;
  let ends = 0;
  let delayMs = firstDelayMs;
  let cancelRestart = (): void => undefined;
  let onGone = (): void => undefined;

  let onReady = (): void => undefined;
  const ready = new Promise<void>((resolve) => {
    onReady = resolve;
  });

  const start = (): void => {
    const startedMs = options.clock.monotonicMs();
    const started = spawn(process.execPath, [...service.args], {
      env: service.environment,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child = started;
    started.on('message', (message: { kind?: string }) => message.kind === 'ready' && onReady());
    let ended = false;
    const end = (reason: string): void => {
      if (ended) return;
      ended = true;
      child = null;
      if (stopping) return onGone();
      ends++;
      if (options.clock.monotonicMs() - startedMs > healthyAfterMs) delayMs = firstDelayMs;
      options.onRestart(service.name, reason);
      cancelRestart = options.clock.after(delayMs, start);
      delayMs = Math.min(delayMs * 2, longestDelayMs);
    };
    started.on('error', (error) => end(error.message));
    started.on('exit', (code, signal) => end(signal ?? `exit code ${code}`));
  };
  start();

  return {
    ready,
    get ends() {
      return ends;
    },
    kill() {
      stopping = true;
      cancelRestart();
      child?.kill('SIGKILL');
    },
    stop(patienceMs) {
      stopping = true;
      cancelRestart();
      const living = child;
      if (!living) return Promise.resolve();
      return new Promise((resolve) => {
        const giveUp = options.clock.after(patienceMs, () => living.kill('SIGKILL'));
        onGone = () => {
          giveUp();
          resolve();
        };
        living.kill('SIGTERM');
      });
    },
  };
}
