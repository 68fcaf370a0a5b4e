import type { ChildProcess } from 'node:child_process';

/** What a child process has printed so far, and how it ends. */
export interface WatchedChild {
  /** Standard output and standard error in order of arrival. */
  output(): string;
  stdout(): string;
  /** Resolves with the exit code when the process is gone; null after a signal. */
  readonly exit: Promise<number | null>;
  /** The same, when everything that it and its own children printed has been read too. */
  readonly end: Promise<number | null>;
}

/** Collects what a child process prints; its stdout and stderr must be pipes. */
export function watchChild(child: ChildProcess): WatchedChild {
  const all: string[] = [];
  const out: string[] = [];
  child.stdout?.on('data', (chunk: Buffer) => {
    all.push(chunk.toString());
    out.push(chunk.toString());
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    all.push(chunk.toString());
  });
  return {
    output: () => all.join(''),
    stdout: () => out.join(''),
    exit: new Promise((resolve) => child.on('exit', (code) => resolve(code))),
    end: new Promise((resolve) => child.on('close', (code) => resolve(code))),
  };
}
