import type { ModelChild, ModelChildEvents, SpawnModelChild } from '../host/model-child.ts';
import type { HostMessage, ModelMessage } from '../model-process/protocol.ts';

/**
 * A model process in the hands of a test: it records what it was told and says what the test makes it say.
 */
export interface ScriptedChild {
  readonly heard: HostMessage[];
  say(message: ModelMessage): void;
  die(signal: string): void;
  /** Ids of the tasks it was told to run and has not been asked about since the test last looked. */
  tasks(): string[];
}

export function scriptedSpawn(): { readonly spawn: SpawnModelChild; readonly children: ScriptedChild[] } {
  const children: ScriptedChild[] = [];
  const spawn: SpawnModelChild = (events: ModelChildEvents): ModelChild => {
    let alive = true;
    const heard: HostMessage[] = [];
    let looked = 0;
    const die = (signal: string): void => {
      if (!alive) return;
      alive = false;
      events.onExit(signal);
    };
    children.push({
      heard,
      say: (message) => events.onMessage(message),
      die,
      tasks() {
        const orders = heard
          .slice(looked)
          .flatMap((message) => (message.type === 'run' ? message.task.taskId : []));
        looked = heard.length;
        return orders;
      },
    });
    return {
      pid: children.length,
      send: (message) => void heard.push(message),
      kill: () => die('SIGKILL'),
      get alive() {
        return alive;
      },
    };
  };
  return { spawn, children };
}
