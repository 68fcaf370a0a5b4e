import type { Clock } from '@tessera/base';

/** What this process was asked for by signals, or by the end of the process that started it. */
export interface StopRequests {
  /** Resolves at the first request to stop, whatever it was. */
  readonly stop: Promise<void>;
  /** Resolves at the second Ctrl-C: a person does not want to wait for an orderly end. */
  readonly hurry: Promise<void>;
}

/** Where signals come from: `process`, or an emitter in tests. */
export interface SignalSource {
  on(event: string, listener: () => void): unknown;
}

/** One press of Ctrl-C may arrive twice: from the terminal, and passed on by npm. */
const onePressMs = 500;

/**
 * Listens for requests to stop. systemd, `timeout` and CI runners send SIGTERM to every process of a group,
 * and those between pass it on, so any number of them is one request; only Ctrl-C pressed again asks for
 * more.
 */
export function listenForStop(source: SignalSource, clock: Clock): StopRequests {
  let askToStop = (): void => undefined;
  let askToHurry = (): void => undefined;
  const stop = new Promise<void>((resolve) => {
    askToStop = resolve;
  });
  const hurry = new Promise<void>((resolve) => {
    askToHurry = resolve;
  });
  let pressedMs: number | null = null;
  source.on('SIGINT', () => {
    const nowMs = clock.monotonicMs();
    if (pressedMs !== null && nowMs - pressedMs > onePressMs) askToHurry();
    pressedMs ??= nowMs;
    askToStop();
  });
  for (const event of ['SIGTERM', 'SIGHUP', 'disconnect']) source.on(event, () => askToStop());
  return { stop, hurry };
}
