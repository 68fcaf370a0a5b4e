import { type Clock, type Log, within } from '@tessera/base';
import type { JobsOptions } from 'bullmq';
import type { Delivery, JobQueue, QueueConsumer } from '../../ports/job-queue.ts';
import type { BullBackend, BullJobs, JobData } from './backend.ts';
import { openQueueConsumer } from './consumer.ts';
import { bullPriority, jobId, queueName } from './names.ts';

/**
 * A queue that does not answer for so long is down; the reconciler brings later what could not be added now.
 */
const answerLimitMs = 3_000;

/** The queue port on BullMQ. Jobs vanish when handled: the row remembers, the queue does not. */
export function openBullQueue(options: {
  readonly backend: BullBackend;
  readonly clock: Clock;
  readonly log: Log;
}): JobQueue {
  const { backend, clock, log } = options;
  const queues = new Map<string, BullJobs>();
  const consumers = new Set<QueueConsumer>();

  function queueOf(name: string): BullJobs {
    if (!backend.isUp()) throw new Error('the queue is away');
    const open = queues.get(name) ?? backend.openQueue(name);
    if (!queues.has(name)) {
      // Without a listener an 'error' event would end the process; failures reach us through the calls as
      // well.
      open.on('error', (error) => log.debug({ queue: name, reason: error.message }, 'queue connection'));
      queues.set(name, open);
    }
    return open;
  }

  async function add(name: string, deliveries: readonly Delivery[]): Promise<void> {
    const queue = queueOf(name);
    if (deliveries.length >= backend.bulkFrom)
      await queue.addBulk(
        deliveries.map((one) => ({ name: 'task', data: dataOf(one), opts: optionsOf(one) })),
      );
    else await Promise.all(deliveries.map((one) => queue.add('task', dataOf(one), optionsOf(one))));
  }

  return {
    async enqueue(deliveries) {
      const adding = [...byQueue(deliveries)].map(([name, members]) => add(name, members));
      await within(clock, answerLimitMs, Promise.all(adding), 'the queue');
    },

    async missing(deliveries) {
      const looks = [...byQueue(deliveries)].map(async ([name, members]) => {
        const known = await backend.known(name, members.map(jobId));
        return members.filter((one) => !known.has(jobId(one)));
      });
      return (await within(clock, answerLimitMs * 5, Promise.all(looks), 'the queue')).flat();
    },

    async remove(delivery) {
      await within(
        clock,
        answerLimitMs,
        queueOf(queueName(delivery.model)).remove(jobId(delivery)),
        'the queue',
      );
    },

    async waiting(model) {
      const queue = queueOf(queueName(model));
      return within(clock, answerLimitMs, queue.getJobCountByTypes('waiting', 'prioritized'), 'the queue');
    },

    async ping() {
      if (!backend.isUp()) throw new Error('the queue is away');
      await within(clock, answerLimitMs, backend.ping(), 'the queue');
    },

    async consume(model, { concurrency }, handle) {
      const name = queueName(model);
      const consumer = openQueueConsumer({
        name,
        concurrency,
        clock,
        log,
        open: (take, settings) => backend.openWorker(name, take, settings),
        handle,
        waiting: async () => queueOf(name).getJobCountByTypes('waiting', 'prioritized'),
      });
      consumers.add(consumer);
      return {
        setConcurrency: consumer.setConcurrency,
        get isStuck() {
          return consumer.isStuck;
        },
        async close() {
          consumers.delete(consumer);
          await consumer.close();
        },
      };
    },

    async close() {
      await Promise.all([...consumers].map((consumer) => consumer.close()));
      await Promise.all([...queues.values()].map((queue) => queue.close()));
      await backend.close();
    },
  };
}

function dataOf({ taskId }: Delivery): JobData {
  return { taskId };
}

function optionsOf(delivery: Delivery): JobsOptions {
  return {
    jobId: jobId(delivery),
    priority: bullPriority(delivery.priority),
    attempts: 1,
    removeOnComplete: true,
    removeOnFail: true,
  };
}

function byQueue(deliveries: readonly Delivery[]): ReadonlyMap<string, readonly Delivery[]> {
  const groups = new Map<string, Delivery[]>();
  for (const delivery of deliveries) {
    const name = queueName(delivery.model);
    const members = groups.get(name);
    if (members) members.push(delivery);
    else groups.set(name, [delivery]);
  }
  return groups;
}
