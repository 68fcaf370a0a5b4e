import { z } from 'zod';
import { capabilities } from '../names.ts';

/** Upper edges of the latency histogram, in milliseconds; the last bucket has none. */
export const latencyEdgesMs = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 300_000,
] as const;
/** Upper edges of the histogram of rows per batch; the last bucket has none. */
export const batchEdges = [1, 2, 4, 8, 16, 32, 64, 128] as const;

/** What happened to one model in one hour. */
export const modelHour = z.object({
  model: z.string(),
  /** Start of the hour, ISO 8601. */
  hour: z.string(),
  succeeded: z.int(),
  failed: z.int(),
  cancelled: z.int(),
  expired: z.int(),
  /** Total time from acceptance to end, by latencyEdgesMs (one more bucket than edges). */
  latency: z.array(z.int()),
  /** Rows per batch, by batchEdges (one more bucket than edges). */
  batches: z.array(z.int()),
  computeMs: z.number(),
});
export type ModelHour = Readonly<z.infer<typeof modelHour>>;

/** Query of GET /v1/statistics. */
export const statisticsFilter = z.object({
  model: z.string().optional(),
  hours: z.coerce.number().int().min(1).max(8784).default(24),
});

/** Reply of GET /v1/statistics: one row per model and hour. */
export const serverStatistics = z.object({
  hours: z.array(modelHour),
  latencyEdgesMs: z.array(z.number()),
  batchEdges: z.array(z.int()),
});
export type ServerStatistics = z.infer<typeof serverStatistics>;

/** What a worker host says of itself every few seconds. */
export const hostReport = z.object({
  host: z.string(),
  hostname: z.string(),
  pid: z.int(),
  /** Models whose processes run there or whose files are on their way: busy, idle or downloading. */
  models: z.array(
    z.object({
      identifier: z.string(),
      state: z.string(),
      memoryBytes: z.number(),
      /** Of the file on its way; `totalBytes` is null when the hub does not say. */
      download: z
        .object({ file: z.string(), receivedBytes: z.number(), totalBytes: z.number().nullable() })
        .exactOptional(),
    }),
  ),
  memoryBytes: z.number(),
  gpus: z.array(z.string()),
});
export type HostReport = Readonly<z.infer<typeof hostReport>>;

/** A worker host as the others see it. */
export const hostEntry = hostReport.extend({
  startedAt: z.string(),
  heartbeatAt: z.string(),
  /** False when the last heartbeat is older than 15 s. */
  alive: z.boolean(),
});
export type HostEntry = Readonly<z.infer<typeof hostEntry>>;

const upOrDown = z.enum(['up', 'down']);

/** Reply of GET /v1/status. */
export const serverStatus = z.object({
  counts: z.object({
    queued: z.int(),
    running: z.int(),
    models: z.array(z.object({ model: z.string(), queued: z.int(), running: z.int() })),
  }),
  hosts: z.array(hostEntry),
  /** Whether a task sent now would end: the database takes writes, the queue answers, a host serves. */
  health: z.object({ database: upOrDown, queue: upOrDown, hosts: upOrDown }),
  features: z.object({
    explain: z.boolean(),
    attack: z.boolean(),
    generation: z.boolean(),
    adapters: z.boolean(),
  }),
});
export type ServerStatus = z.infer<typeof serverStatus>;

/** Reply of GET /v1/explainers: what each method needs of a model. */
export const explainerList = z.object({
  explainers: z.record(
    z.string(),
    z.object({ needs: z.array(z.enum(capabilities)), title: z.string(), description: z.string() }),
  ),
});
