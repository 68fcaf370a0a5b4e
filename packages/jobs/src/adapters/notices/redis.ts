import type { Log } from '@tessera/base';
import type { Notices } from '../../ports.ts';
import { connectRedis, type RedisConnection } from '../bullmq/redis.ts';
import { broadcast } from './broadcast.ts';

/** Notices by Redis pub/sub: published on the connection that is there, heard on one of their own. */
export function redisNotices(options: {
  readonly url: string;
  readonly namespace: string;
  readonly publisher: RedisConnection;
  readonly log: Log;
}): Notices {
  const { url, namespace, publisher, log } = options;
  const name = `${namespace}:notices`;
  return broadcast((arrived, reconnected) => {
    const subscriber = connectRedis(url, log, 'block');
    // ioredis subscribes again by itself after a reconnection, just before this event.
    let connections = 0;
    subscriber.on('ready', () => {
      if (connections++ > 0) reconnected();
    });
    subscriber.on('message', (_: string, message: string) => arrived(message));
    const opened = subscriber.subscribe(name).then(
      () => {},
      (error: Error) => log.debug({ reason: error.message }, 'not subscribed'),
    );
    return {
      opened,
      maxMessageBytes: 64 * 1024,
      send: (message) => publisher.publish(name, message),
      async close() {
        subscriber.disconnect();
      },
    };
  }, log);
}
