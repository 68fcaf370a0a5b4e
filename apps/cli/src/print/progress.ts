import { SingleBar } from 'cli-progress';
import type { Session } from '../connection.ts';

/** A bar on standard error while a person watches; nothing else is written where nobody does. */
export interface Progress {
  show(done: number, total: number, note?: string): void;
  end(): void;
}

export function openProgress({ terminal, json }: Pick<Session, 'terminal' | 'json'>, what: string): Progress {
  if (json || !terminal.stderr.isTTY) return { show: () => undefined, end: () => undefined };
  const bar = new SingleBar({
    format: `${what} {bar} {value}/{total} {note}`,
    stream: terminal.stderr as NodeJS.WriteStream,
    hideCursor: true,
    clearOnComplete: true,
  });
  let started = false;
  return {
    show(done, total, note = '') {
      if (!started) bar.start(total, done, { note });
      started = true;
      bar.setTotal(total);
      bar.update(done, { note });
    },
    end: () => started && bar.stop(),
  };
}
