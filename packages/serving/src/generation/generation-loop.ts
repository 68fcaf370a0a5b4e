import { AppError, type Clock } from '@tessera/base';
import { createCancellations } from '../batching/cancellations.ts';
import type { EngineEvents } from './engine.ts';
import type { GenerationJob, GenerationStatistics, GenerationTimings, Generator } from './generator.ts';
import type { Entry } from './members.ts';
import { createPlainEngine } from './plain-engine.ts';
import { bytesPerPosition } from './row-store.ts';
import { createSlotEngine } from './slot-engine.ts';
import type { SlotFiles } from './slot-files.ts';
import { encodedSpecs, type GenerativeFiles } from './stepper.ts';

export interface GenerationLimits {
  /** Rows of a step at the most; a single job may be wider. */
  readonly maxRows: number;
  /** Bytes that the caches of all running jobs may grow to. */
  readonly cacheBytes: number;
}

export interface GenerationLoopOptions {
  readonly model: string;
  readonly files: Omit<GenerativeFiles, 'onRun'>;
  /**
   * Files for batches whose cache stays in the onnxruntime thread; null when the decoder could not be
   * rewritten for it.
   */
  readonly slots: SlotFiles | null;
  /** One job at a time: what the files give for a text hangs on the texts beside it. */
  readonly runsAlone: boolean;
  readonly defaults: Generator['defaults'];
  /** Rows of different lengths may share a step of the files as they are. */
  readonly canMix: boolean;
  readonly vocabularySize: number;
  readonly maxLength: number | null;
  readonly limits: () => GenerationLimits;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  /** Told whose rows run whenever that changes, and awaited. */
  readonly onBatchStart?: (tags: readonly string[]) => void | Promise<void>;
  /** Told when nothing runs any more. */
  readonly onBatchEnd?: () => void;
}

/** Nothing is written; steps are taken until no job is left; nothing is taken any more. */
type Mode =
  | { readonly name: 'idle' }
  | { readonly name: 'busy'; readonly ends: Promise<void> }
  | { readonly name: 'closed' };

export interface GenerationLoop extends Generator {
  /** Refuses what waits and what runs, and waits for the step under way. */
  close(): Promise<void>;
}

/**
 * Batches by iteration. Between two steps, jobs that are over or cancelled leave and waiting ones join (their
 * prompts are read first), in order of arrival, as far as rows and memory go. A job's memory is what its
 * cache may grow to; one that could never fit is refused.
 */
export function openGenerationLoop(options: GenerationLoopOptions): GenerationLoop {
  const { limits, clock } = options;
  const counted = { steps: 0, stepRows: 0, computeMs: 0 };
  const events: EngineEvents = {
    onRun(ms) {
      counted.computeMs += ms;
    },
    onStep(rows) {
      counted.steps++;
      counted.stepRows += rows;
    },
  };
  const { files, vocabularySize } = options;
  const { layout } = files;
  const encoded = encodedSpecs(layout);
  const plain = createPlainEngine({
    files,
    grouping: { cache: layout.cache, encoded, canMix: options.canMix },
    vocabularySize,
    events,
  });
  const quick =
    options.slots && createSlotEngine({ files: options.slots, firstStore: 0, vocabularySize, events });
  const engines = quick ? [quick, plain] : [plain];
  const waiting = new Set<Entry>();
  const cancellations = createCancellations();
  let mode: Mode = { name: 'idle' };
  let announced = '';

  const members = () => engines.flatMap((engine) => engine.members());

  function reserve({ width, maxLength, inputIds }: GenerationJob): number {
    return width * (maxLength * bytesPerPosition(layout.cache) + inputIds.length * bytesPerPosition(encoded));
  }

  /** Waiting jobs that may join now. */
  function admit(): Entry[] {
    const { maxRows, cacheBytes } = limits();
    const present = members();
    let rows = present.reduce((sum, { entry }) => sum + entry.job.width, 0);
    let bytes = present.reduce((sum, member) => sum + member.entry.reservedBytes, 0);
    const admitted: Entry[] = [];
    for (const entry of waiting) {
      const isAlone = rows === 0;
      const isFull = rows + entry.job.width > maxRows || bytes + entry.reservedBytes > cacheBytes;
      if (!isAlone && (isFull || options.runsAlone)) break;
      rows += entry.job.width;
      bytes += entry.reservedBytes;
      waiting.delete(entry);
      entry.spent.waitMs = clock.monotonicMs() - entry.sinceMs;
      admitted.push(entry);
    }
    return admitted;
  }

  async function announce(entries: readonly Entry[]): Promise<void> {
    const tags = [...new Set(entries.flatMap(({ job }) => job.tag ?? []))];
    const key = tags.join();
    if (key === announced) return;
    announced = key;
    await options.onBatchStart?.(tags);
  }

  async function iterate(): Promise<boolean> {
    const admitted = admit();
    if (admitted.length === 0 && members().length === 0) return false;
    await announce([...members().map((member) => member.entry), ...admitted]);
    const looking = quick ? admitted.filter(({ job }) => job.wantsAttentions) : admitted;
    if (quick) await quick.iterate(admitted.filter((entry) => !looking.includes(entry)));
    await plain.iterate(looking);
    return true;
  }

  async function run(): Promise<void> {
    while (await iterate());
    for (const engine of engines) await engine.clear();
    announced = '';
    options.onBatchEnd?.();
    if (mode.name === 'closed') return;
    mode = { name: 'idle' };
    if (waiting.size > 0) wake();
  }

  function wake(): void {
    if (mode.name === 'idle') mode = { name: 'busy', ends: Promise.resolve().then(run) };
  }

  return {
    defaults: options.defaults,
    vocabularySize,
    maxLength: options.maxLength,
    async generate(job) {
      if (job.wantsAttentions) await files.inner(); // made and opened before the job can hold up others
      const reservedBytes = reserve(job);
      const refusal = refuse(job, reservedBytes);
      if (refusal) throw refusal;
      let off = (): void => undefined;
      return new Promise<GenerationTimings>((resolve, reject) => {
        const entry = createEntry(
          { job, model: options.model, reservedBytes, sinceMs: clock.monotonicMs() },
          { resolve, reject },
        );
        off = cancellations.on(job.signal, () => {
          waiting.delete(entry);
          entry.fail(new AppError('TASK_CANCELLED'));
        });
        waiting.add(entry);
        wake();
      }).finally(() => off());
    },
    stats: (): GenerationStatistics => ({
      ...counted,
      running: members().length,
      waiting: waiting.size,
      reservedBytes: members().reduce((sum, member) => sum + member.entry.reservedBytes, 0),
    }),
    async close() {
      const before = mode;
      mode = { name: 'closed' };
      const closed = new AppError('SERVICE_UNAVAILABLE', { detail: { part: 'model' } });
      for (const entry of [...waiting, ...members().map((member) => member.entry)]) entry.fail(closed);
      waiting.clear();
      if (before.name === 'busy') await before.ends;
    },
  };

  function refuse(job: GenerationJob, bytes: number): AppError | null {
    if (mode.name === 'closed') return new AppError('SERVICE_UNAVAILABLE', { detail: { part: 'model' } });
    if (job.signal?.aborted) return new AppError('TASK_CANCELLED');
    const longest = Math.max(job.inputIds.length, job.decoderIds.length);
    if (options.maxLength !== null && longest > options.maxLength) {
      const problem = `has ${longest} tokens, over the ${options.maxLength} positions of the model; give a shorter text`;
      return new AppError('INPUT_INVALID', { detail: { field: 'input', problem } });
    }
    const { cacheBytes } = limits();
    if (bytes <= cacheBytes) return null;
    const problem = `${job.width} rows of ${job.maxLength} tokens need ${bytes} bytes of cache, over the limit of ${cacheBytes}; ask for fewer beams or tokens, or raise GENERATION_CACHE_BYTES`;
    return new AppError('INPUT_INVALID', { detail: { field: 'max_length', problem } });
  }
}

function createEntry(
  given: Pick<Entry, 'job' | 'model' | 'reservedBytes' | 'sinceMs'>,
  settle: { resolve(timings: GenerationTimings): void; reject(error: unknown): void },
): Entry {
  const spent = { waitMs: 0, computeMs: 0, rows: 0 };
  const entry: Entry = {
    ...given,
    spent,
    isOver: false,
    finish() {
      entry.isOver = true;
      settle.resolve({ batchWaitMs: spent.waitMs, computeMs: spent.computeMs, batchRows: spent.rows });
    },
    fail(error) {
      entry.isOver = true;
      settle.reject(error);
    },
  };
  return entry;
}
