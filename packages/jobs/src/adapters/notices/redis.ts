import type { Clock, Log } from '@tessera/base';
import type { Notices } from '../../ports/notices.ts';
import { openRedis, type RedisConnection } from '../bullmq/redis.ts';
import { openBroadcast } from './broadcast.ts';

/** How often the listening connection is asked whether it still hears. */
const pulseMs = 3_000;

/** Notices by Redis pub/sub: published on the connection that is there, heard on one of their own. */
export function openRedisNotices(options: {
  readonly url: string;
  readonly namespace: string;
  readonly publisher: RedisConnection;
  readonly clock: Clock;
  readonly log: Log;
}): Notices {
  const { url, namespace, publisher, clock, log } = options;
  const name = `${namespace}:notices`;
  return openBroadcast((arrived, reconnected) => {
    const subscriber = openRedis(url, log, 'listen');
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
    /** Whoever only listens cannot tell silence from peace: a small question now and then can. */
    let cancelPulse = clock.after(pulseMs, feelPulse);
    function feelPulse(): void {
      cancelPulse = clock.after(pulseMs, feelPulse);
      if (subscriber.status === 'ready') subscriber.ping().catch(() => {});
    }
    return {
      opened,
      maxMessageBytes: 64 * 1024,
      send: (message) => publisher.publish(name, message),
      async close() {
        cancelPulse();
        subscriber.disconnect();
      },
    };
  }, log);
}
