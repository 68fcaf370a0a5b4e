import type { Log } from '@tessera/base';
import type { Notice, Notices } from '../../ports/notices.ts';
import { packNotices, unpackNotices } from './wire.ts';

/**
 * The transport below the port: sends messages, calls back with those that arrive and after each
 * reconnection.
 */
export interface Channel {
  readonly maxMessageBytes: number;
  readonly opened: Promise<void>;
  send(message: string): Promise<unknown>;
  close(): Promise<void>;
}

/**
 * The notices port over a channel; what is published while a message is under way goes out in as few as fit.
 */
export function openBroadcast(
  open: (arrived: (message: string) => void, reconnected: () => void) => Channel,
  log: Log,
): Notices {
  const listeners = new Set<(notice: Notice) => void>();
  let outgoing: Notice[] = [];
  let sending = false;

  const tell = (notices: readonly Notice[]): void => {
    for (const notice of notices)
      for (const listener of listeners) {
        try {
          listener(notice);
        } catch (error) {
          log.error({ err: error }, 'a notice listener failed');
        }
      }
  };
  const channel = open(
    (message) => tell(unpackNotices(message)),
    () => tell([{ kind: 'gap' }]),
  );

  /**
   * One message at a time: a pool of connections would let a later one overtake, and text must arrive in
   * order.
   */
  async function sendAll(): Promise<void> {
    while (outgoing.length > 0) {
      const messages = packNotices(outgoing, channel.maxMessageBytes);
      outgoing = [];
      for (const message of messages)
        await channel
          .send(message)
          .catch((error: Error) => log.debug({ reason: error.message }, 'a notice was not sent'));
    }
    sending = false;
  }

  return {
    opened: channel.opened,
    publish(notices) {
      if (notices.length === 0) return;
      outgoing.push(...notices);
      if (sending) return;
      sending = true;
      setImmediate(() => void sendAll());
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      listeners.clear();
      await channel.close();
    },
  };
}
