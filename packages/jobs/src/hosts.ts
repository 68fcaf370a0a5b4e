import { type Clock, type Log, sleep } from '@tessera/base';
import type { Contact } from './availability/contact.ts';
import { ownerOf } from './owner.ts';
import type { HostStore, Hosts } from './ports/hosts.ts';
import type { TaskStore } from './ports/task-store.ts';

/** Hosts beat every two seconds: a heart that stands still for so long has stopped. */
const watchMs = 6_500;
const lookMs = 500;

/** The hosts' port for one start of a host. */
export function createHosts(parts: {
  readonly hosts: HostStore;
  readonly store: Pick<TaskStore, 'forgetOwner'>;
  /** Names this start. */
  readonly start: string;
  readonly contact: Contact;
  readonly clock: Clock;
  readonly log: Log;
}): Hosts & { close(): void } {
  const { hosts, store, start, contact, clock, log } = parts;
  let closed = false;

  /** What of `predecessors` has not beaten for the whole watch, with the database there all the while. */
  async function silentOnes(predecessors: ReadonlyMap<string, string>): Promise<readonly string[]> {
    const silent = new Map(predecessors);
    for (let watchedMs = 0; watchedMs < watchMs && silent.size > 0 && !closed; watchedMs += lookMs) {
      await sleep(clock, lookMs);
      const now = new Map((await hosts.signs()).map((sign) => [sign.owner, sign.heartbeatAt]));
      // While the database was away nobody could beat.
      if (contact.wasAway({ forMs: lookMs, withinMs: lookMs * 2 })) watchedMs = 0;
      for (const [owner, seen] of silent) if (now.get(owner) !== seen) silent.delete(owner);
    }
    return closed ? [] : [...silent.keys()];
  }

  return {
    async succeed(name) {
      const before = (await hosts.signs()).filter(
        (sign) => sign.name === name && sign.owner !== ownerOf(name, start),
      );
      const dead = await silentOnes(new Map(before.map((sign) => [sign.owner, sign.heartbeatAt])));
      for (const owner of dead) {
        await store.forgetOwner(owner);
        await hosts.leave(owner);
      }
      const alive = (await hosts.signs()).some((sign) => before.some((one) => one.owner === sign.owner));
      if (alive && !closed)
        log.warn({ host: name }, 'another host of this name is alive: give each a WORKER_NAME of its own');
    },
    beat: (report) => hosts.beat(ownerOf(report.host, start), report),
    list: () => hosts.list(),
    leave: (name) => hosts.leave(ownerOf(name, start)),
    close() {
      closed = true;
    },
  };
}
