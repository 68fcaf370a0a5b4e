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
  model: z.string().describe('Identifier of the model.'),
  hour: z.string().describe('Start of the hour, ISO 8601.'),
  succeeded: z.int().describe('Tasks that succeeded.'),
  failed: z.int().describe('Tasks that failed.'),
  cancelled: z.int().describe('Tasks that were cancelled.'),
  expired: z.int().describe('Tasks whose time in the queue ran out.'),
  latency: z
    .array(z.int())
    .describe('Tasks by time from acceptance to end, between latencyEdgesMs; one more bucket than edges.'),
  batches: z
    .array(z.int())
    .describe('Tasks by rows of their batch, between batchEdges; one more bucket than edges.'),
  computeMs: z.number().describe('Milliseconds that the model ran.'),
});
export type ModelHour = Readonly<z.infer<typeof modelHour>>;

/** Query of GET /v1/statistics. */
export const statisticsFilter = z.object({
  model: z.string().optional().describe('Identifier of a model; absent: all.'),
  hours: z.coerce.number().int().min(1).max(8784).default(24).describe('How many hours back.'),
});

/** Reply of GET /v1/statistics: one row per model and hour. */
export const serverStatistics = z.object({
  hours: z.array(modelHour).describe('One row per model and hour.'),
  latencyEdgesMs: z
    .array(z.number())
    .describe('Upper edges of the latency buckets, in milliseconds; the last bucket has none.'),
  batchEdges: z.array(z.int()).describe('Upper edges of the buckets of rows; the last bucket has none.'),
});
export type ServerStatistics = z.infer<typeof serverStatistics>;

/** What a worker host says of itself every few seconds. */
export const hostReport = z.object({
  host: z.string().describe('Its name, WORKER_NAME or the hostname.'),
  hostname: z.string().describe('The machine.'),
  pid: z.int().describe('Its process.'),
  models: z
    .array(
      z.object({
        identifier: z.string().describe('Its name in requests.'),
        state: z.string().describe('busy, idle or downloading.'),
        memoryBytes: z.number().describe('Resident memory of its processes, in bytes.'),
        download: z
          .object({
            file: z.string().describe('The file on its way.'),
            receivedBytes: z.number().describe('Bytes of it that are here.'),
            totalBytes: z.number().nullable().describe('Its size; null when the hub does not say.'),
          })
          .exactOptional()
          .describe('With downloading: how far its files have come.'),
      }),
    )
    .describe('Models whose processes run there or whose files are on their way.'),
  memoryBytes: z.number().describe('Resident memory of the host and of its models, in bytes.'),
  gpus: z.array(z.string()).describe('GPUs that models run on, such as cuda:0.'),
});
export type HostReport = Readonly<z.infer<typeof hostReport>>;

/** A worker host as the others see it. */
export const hostEntry = hostReport.extend({
  startedAt: z.string().describe('When it began, ISO 8601.'),
  heartbeatAt: z.string().describe('Its last sign of life, ISO 8601.'),
  alive: z.boolean().describe('False when the last heartbeat is older than 15 s.'),
});
export type HostEntry = Readonly<z.infer<typeof hostEntry>>;

const upOrDown = z.enum(['up', 'down']);
const taskCounts = {
  queued: z.int().describe('Tasks that wait.'),
  running: z.int().describe('Tasks that run.'),
};

/** Reply of GET /v1/status. */
export const serverStatus = z.object({
  counts: z
    .object({
      ...taskCounts,
      models: z
        .array(z.object({ model: z.string().describe('Identifier of the model.'), ...taskCounts }))
        .describe('The same by model; models without tasks are left out.'),
    })
    .describe("Tasks that have not ended; for all but administrators the caller's own."),
  hosts: z.array(hostEntry).describe('The worker hosts; empty for all but administrators.'),
  health: z
    .object({
      database: upOrDown.describe('Whether it takes writes.'),
      queue: upOrDown.describe('Whether it answers.'),
      hosts: upOrDown.describe('Whether at least one serves.'),
    })
    .describe('Whether a task sent now would end.'),
  features: z
    .object({
      explain: z.boolean().describe('Whether explanations are taken.'),
      attack: z.boolean().describe('Whether attacks are taken.'),
      generation: z.boolean().describe('Whether text is generated.'),
      adapters: z.boolean().describe('Whether LoRA adapters are taken.'),
    })
    .describe('What this server was built to do.'),
});
export type ServerStatus = z.infer<typeof serverStatus>;

/** Reply of GET /v1/explainers: what each method needs of a model. */
export const explainerList = z.object({
  explainers: z
    .record(
      z.string(),
      z.object({
        needs: z.array(z.enum(capabilities)).describe("What must be among a model's capabilities."),
        title: z.string().describe('Its name for people.'),
        description: z.string().describe('What it does, and who published it.'),
      }),
    )
    .describe('Methods by the value of explain.method.'),
});
