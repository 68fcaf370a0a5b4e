import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export interface Metrics {
  observe(
    labels: { readonly method: string; readonly route: string; readonly status: number },
    ms: number,
  ): void;
  /** The page Prometheus reads. */
  text(): Promise<string>;
  readonly contentType: string;
}

interface QueueCounts {
  readonly models: readonly { readonly model: string; readonly queued: number; readonly running: number }[];
}

/** Metrics of one gateway process; `counts` is asked for when the page is read. */
export function makeMetrics(counts: () => Promise<QueueCounts>): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const seconds = new Histogram({
    name: 'tessera_http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  });
  // Read by hand before each page, so that a store that is down empties the gauge instead of failing the
  // page.
  const tasks = new Gauge({
    name: 'tessera_tasks',
    help: 'Unfinished tasks by model and state.',
    labelNames: ['model', 'state'],
    registers: [registry],
  });
  // Looking a series up by its labels costs more than counting in it; routes are patterns, so there are few.
  const series = new Map<string, ReturnType<typeof seconds.labels>>();
  return {
    observe({ method, route, status }, ms) {
      const key = `${method} ${route} ${status}`;
      let one = series.get(key);
      if (!one) {
        one = seconds.labels(method, route, String(status));
        series.set(key, one);
      }
      one.observe(ms / 1000);
    },
    async text() {
      tasks.reset();
      const read = await counts().catch(() => null);
      for (const row of read?.models ?? []) {
        tasks.labels(row.model, 'queued').set(row.queued);
        tasks.labels(row.model, 'running').set(row.running);
      }
      return registry.metrics();
    },
    contentType: registry.contentType,
  };
}
