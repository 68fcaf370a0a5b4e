import { z } from 'zod';

/** Query of GET /v1/statistics. */
export const statisticsFilter = z.object({
  model: z.string().optional(),
  hours: z.coerce.number().int().min(1).max(8784).default(24),
});

/** Reply of GET /v1/statistics: one row a model and hour; histograms have one bucket more than edges. */
export const serverStatistics = z.object({
  hours: z.array(
    z.object({
      model: z.string(),
      hour: z.string(),
      succeeded: z.int(),
      failed: z.int(),
      cancelled: z.int(),
      expired: z.int(),
      latency: z.array(z.int()),
      batches: z.array(z.int()),
      computeMs: z.number(),
    }),
  ),
  latencyEdgesMs: z.array(z.number()),
  batchEdges: z.array(z.int()),
});
export type ServerStatistics = z.infer<typeof serverStatistics>;

const upOrDown = z.enum(['up', 'down']);

/** Reply of GET /v1/status. */
export const serverStatus = z.object({
  counts: z.object({
    queued: z.int(),
    running: z.int(),
    models: z.array(z.object({ model: z.string(), queued: z.int(), running: z.int() })),
  }),
  hosts: z.array(
    z.object({
      host: z.string(),
      hostname: z.string(),
      pid: z.int(),
      models: z.array(z.object({ identifier: z.string(), state: z.string(), memoryBytes: z.number() })),
      memoryBytes: z.number(),
      gpus: z.array(z.string()),
      startedAt: z.string(),
      heartbeatAt: z.string(),
      alive: z.boolean(),
    }),
  ),
  health: z.object({ database: upOrDown, queue: upOrDown }),
  features: z.object({
    explain: z.boolean(),
    attack: z.boolean(),
    generation: z.boolean(),
    adapters: z.boolean(),
  }),
});
export type ServerStatus = z.infer<typeof serverStatus>;
