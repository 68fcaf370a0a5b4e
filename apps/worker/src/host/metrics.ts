import type { ClaimedTask, RunEnd } from '@tessera/jobs';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { BatchCounts } from '../model-process/protocol.ts';

/** What a worker host counts, for Prometheus. */
export interface HostMetrics {
  /** A run has ended after `runMs`. */
  ended(task: Pick<ClaimedTask, 'model' | 'kind' | 'queuedMs'>, end: RunEnd, runMs: number): void;
  loaded(model: string, outcome: 'ready' | 'failed', loadMs?: number): void;
  batches(model: string, counts: BatchCounts): void;
  /** A model process ended by itself and is started again. */
  restarted(model: string, signal: string): void;
  text(): Promise<string>;
  readonly contentType: string;
}

export interface MetricsOptions {
  /** Version of this release. */
  readonly version: string;
  /** Bytes of each resident model's processes; read when the page is. */
  memory(): Iterable<readonly [model: string, bytes: number]>;
}

const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800];

export function createHostMetrics({ version, memory }: MetricsOptions): HostMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const tasks = new Counter({
    name: 'tessera_worker_tasks_total',
    help: 'Runs by model, kind and outcome (succeeded, failed, retry, dropped).',
    labelNames: ['model', 'kind', 'outcome'],
    registers,
  });
  const queueWait = new Histogram({
    name: 'tessera_worker_queue_wait_seconds',
    help: 'From acceptance of a task to the start of its run here.',
    labelNames: ['model'],
    buckets: seconds,
    registers,
  });
  const runTime = new Histogram({
    name: 'tessera_worker_run_seconds',
    help: 'From the start of a run to its end, with loading the model.',
    labelNames: ['model', 'kind'],
    buckets: seconds,
    registers,
  });
  const batchRows = new Histogram({
    name: 'tessera_worker_batch_rows',
    help: 'Rows of the largest batch that a task took part in.',
    labelNames: ['model'],
    buckets: [1, 2, 4, 8, 16, 32, 64, 128],
    registers,
  });
  const batched = (what: string, help: string): Counter<'model'> =>
    new Counter({ name: `tessera_worker_${what}_total`, help, labelNames: ['model'], registers });
  const counters = {
    batches: batched('batches', 'Batches that ran.'),
    rows: batched('batched_rows', 'Rows of the batches that ran.'),
    tokens: batched('batched_tokens', 'Tokens of those rows, without padding.'),
    paddedTokens: batched(
      'batched_padded_tokens',
      'Tokens that were computed for those rows: rows × longest row.',
    ),
  };
  const loads = new Counter({
    name: 'tessera_worker_model_loads_total',
    help: 'Loads of models by outcome (ready, failed).',
    labelNames: ['model', 'outcome'],
    registers,
  });
  const loadTime = new Histogram({
    name: 'tessera_worker_model_load_seconds',
    help: 'From the start of a model process to its word that the model is open.',
    labelNames: ['model'],
    buckets: seconds,
    registers,
  });
  const restarts = new Counter({
    name: 'tessera_worker_model_restarts_total',
    help: 'Model processes that ended and were started again, by what ended them.',
    labelNames: ['model', 'signal'],
    registers,
  });
  const memoryBytes = new Gauge({
    name: 'tessera_worker_model_memory_bytes',
    help: 'Resident memory of the processes of a model.',
    labelNames: ['model'],
    registers,
  });
  const build = new Gauge({
    name: 'tessera_build_info',
    help: 'Always 1; the labels say which release on which Node this is.',
    labelNames: ['version', 'node'],
    registers,
  });
  build.labels(version, process.versions.node).set(1);

  return {
    ended({ model, kind, queuedMs }, end, runMs) {
      tasks.labels(model, kind, end.kind).inc();
      queueWait.labels(model).observe(queuedMs / 1000);
      runTime.labels(model, kind).observe(runMs / 1000);
      if (end.kind !== 'succeeded') return;
      if (end.timings.batchRows) batchRows.labels(model).observe(end.timings.batchRows);
    },
    loaded(model, outcome, loadMs) {
      loads.labels(model, outcome).inc();
      if (loadMs !== undefined) loadTime.labels(model).observe(loadMs / 1000);
    },
    batches(model, counts) {
      for (const [what, counter] of Object.entries(counters))
        counter.labels(model).inc(counts[what as keyof typeof counters]);
    },
    restarted: (model, signal) => restarts.labels(model, signal).inc(),
    text() {
      memoryBytes.reset();
      for (const [model, bytes] of memory()) memoryBytes.labels(model).set(bytes);
      return registry.metrics();
    },
    contentType: registry.contentType,
  };
}
