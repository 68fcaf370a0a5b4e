import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { packedChannel } from '../model-process/packed-channel.ts';
import { bytesOf, type HostMessage, type ModelMessage } from '../model-process/protocol.ts';
import { childEnvironment } from './child-environment.ts';

/** One model process as its replica sees it. */
export interface ModelChild {
  readonly pid: number;
  send(message: HostMessage): void;
  /** SIGKILL: the only way to stop a run of onnxruntime, and it gives the memory back for certain. */
  kill(): void;
  readonly alive: boolean;
}

export interface ModelChildEvents {
  onMessage(message: ModelMessage): void;
  /** Called once; `signal` is what a person would want to read, such as "SIGKILL" or "exit code 1". */
  onExit(signal: string): void;
}

export type SpawnModelChild = (events: ModelChildEvents) => ModelChild;

/**
 * Spawns the model process of this app: from dist in production, through tsx when this file itself runs from
 * src.
 */
export const spawnModelChild: SpawnModelChild = (events) => {
  const fromSource = import.meta.url.endsWith('.ts');
  const entry = fileURLToPath(new URL(`../model-process/main.${fromSource ? 'ts' : 'js'}`, import.meta.url));
  const execArgv = fromSource
    ? ['--conditions=@tessera/source', '--import', createRequire(import.meta.url).resolve('tsx')]
    : [];
  const child: ChildProcess = fork(entry, [], {
    serialization: 'advanced',
    execArgv,
    env: childEnvironment(process.env),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  let exited = false;
  const exit = (signal: string): void => {
    if (exited) return;
    exited = true;
    events.onExit(signal);
  };
  child.on('message', (pack) => {
    for (const message of pack as readonly ModelMessage[]) if (!exited) events.onMessage(message);
  });
  child.on('error', (error) => exit(error.message));
  child.on('exit', (code, signal) => exit(signal ?? `exit code ${code}`));
  const say = packedChannel<HostMessage>((pack, sent) => {
    // A message to a process that has just died is not an error: its exit event tells the replica what to do.
    if (child.connected) child.send([...pack], sent);
    else sent();
  }, bytesOf);
  return {
    pid: child.pid ?? -1,
    send: (message) => void say(message),
    kill: () => void child.kill('SIGKILL'),
    get alive() {
      return !exited;
    },
  };
};
