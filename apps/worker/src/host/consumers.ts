import type { Log } from '@tessera/base';
import type { ModelEntry } from '@tessera/contracts';
import type { Consumer, Jobs, RunHandler } from '@tessera/jobs';

/** Keeps one consumer for every model of the catalogue, and none for models that are gone. */
export interface Consumers {
  /** Makes consumers agree with the catalogue; calls while one is under way are joined. */
  align(): Promise<void>;
  /** Models whose consumer is stuck: jobs wait for it, and it takes none. */
  stuck(): readonly string[];
  close(graceMs: number): Promise<void>;
}

export function createConsumers(options: {
  readonly jobs: Jobs;
  readonly host: string;
  readonly log: Log;
  /** Processes of one model that this host opens at the most. */
  readonly mostReplicas: number;
  handlerOf(identifier: string): RunHandler;
  onChanged(model: ModelEntry): void;
  onRemoved(identifier: string): void;
}): Consumers {
  const { jobs, host, log } = options;
  const consumers = new Map<string, Consumer>();
  let work: Promise<void> = Promise.resolve();
  let closed = false;

  async function alignOnce(): Promise<void> {
    if (closed) return;
    const models = await jobs.catalogue.list();
    const wanted = new Set(models.map((model) => model.identifier));
    for (const [identifier, consumer] of consumers) {
      if (wanted.has(identifier)) continue;
      consumers.delete(identifier);
      await consumer.close({ graceMs: 0 });
      options.onRemoved(identifier);
    }
    for (const model of models) {
      const consumer = consumers.get(model.identifier);
      const concurrency = concurrencyOf(model, options.mostReplicas);
      if (consumer) consumer.setConcurrency(concurrency);
      else
        consumers.set(
          model.identifier,
          await jobs.consume(model.identifier, { host, concurrency }, options.handlerOf(model.identifier)),
        );
      options.onChanged(model);
    }
  }

  return {
    align() {
      work = work
        .then(alignOnce)
        .catch((error: unknown) => log.error({ err: error }, 'could not follow the catalogue'));
      return work;
    },
    stuck: () =>
      [...consumers].filter(([, consumer]) => !consumer.healthy()).map(([identifier]) => identifier),
    async close(graceMs) {
      closed = true;
      await work;
      await Promise.all([...consumers.values()].map((consumer) => consumer.close({ graceMs })));
    },
  };
}

/** Two batches a replica: one runs while the next is tokenized and packed. */
function concurrencyOf(model: ModelEntry, mostReplicas: number): number {
  return Math.max(2, 2 * model.batchSize * Math.max(1, Math.min(mostReplicas, model.replicas)));
}
