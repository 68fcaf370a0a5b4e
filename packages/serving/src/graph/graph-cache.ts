import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Log } from '@tessera/base';
import type {
  AdapterFiles,
  ExposeDecoderJob,
  ExposedDecoderNames,
  ExposedNames,
  ExposeJob,
  GradientJob,
  GradientNames,
  GraphJob,
  Inspection,
  InspectJob,
  StepNames,
  Written,
} from './graph-jobs.ts';
import type { MadeFile } from './made-file.ts';
import { runGraphJob } from './run-graph-job.ts';
import { isStorageFailure, keepSpareFiles, reasonOfStorage } from './spare-files.ts';

/** Raised when the passes change what they write, so that older files are not used. */
const format = 5;

/** What was worked out from one model file, kept on disk between starts. */
export interface GraphCache {
  inspect(options: Options<InspectJob>): Promise<Inspection>;
  expose(options: Options<ExposeJob>): Promise<MadeFile<ExposedNames>>;
  exposeDecoder(options: Options<ExposeDecoderJob>): Promise<MadeFile<ExposedDecoderNames>>;
  /** Names are null where the graph is not of the usual form. */
  step(): Promise<MadeFile<StepNames>>;
  cross(): Promise<MadeFile<Written | null>>;
  /** `from` is the model file itself or one that was made from it. */
  gradient(from: string, options: Options<GradientJob>): Promise<MadeFile<GradientNames>>;
  quantise(): Promise<MadeFile<Written>>;
  /** `hash` tells the adapters' files apart. */
  merge(adapters: readonly AdapterFiles[], hash: string): Promise<MadeFile<Written>>;
}

type Options<Job extends GraphJob> = Omit<Job, 'kind' | 'model' | 'to'>;

export interface GraphCacheOptions {
  readonly cacheFolder: string;
  /** Identifier of the model, for messages. */
  readonly identifier: string;
  /** The model file. */
  readonly model: string;
  /** Hash of its bytes, in hex. */
  readonly sha256: string;
  readonly nowMs: number;
  readonly log: Log;
}

/**
 * The cache of one model file. A disk that is full or read-only costs time and not the task: what cannot be
 * kept is made in the temporary folder, once for each process, with a warning.
 */
export function createGraphCache(options: GraphCacheOptions): GraphCache {
  const { cacheFolder, identifier, model, log } = options;
  const folder = join(cacheFolder, 'graphs', `${options.sha256.slice(0, 32)}-${format}`);
  const underWay = new Map<string, Promise<unknown>>();
  const spare = keepSpareFiles(identifier);
  // Tells tidyGraphCache that it is in use; there may be nothing yet.
  const at = new Date(options.nowMs);
  void utimes(folder, at, at).catch(() => undefined);
  const warn = (name: string, error: unknown): void =>
    log.warn(
      { model: identifier, name, reason: reasonOfStorage(error) },
      'the cache of graphs cannot be written',
    );

  /** Makes something once however many ask at the same time. */
  const once = <T>(name: string, make: () => Promise<T>): Promise<T> => {
    const running = underWay.get(name) as Promise<T> | undefined;
    if (running) return running;
    const made = make().finally(() => underWay.delete(name));
    underWay.set(name, made);
    return made;
  };

  /** Reads `<name>.json`, or makes it. */
  const remembered = async <T>(name: string, make: () => Promise<T>): Promise<T> => {
    const known = await readFile(join(folder, `${name}.json`), 'utf8').catch(() => null);
    if (known !== null) return JSON.parse(known) as T;
    const value = await make();
    const draft = join(folder, `${randomUUID()}.draft`);
    try {
      await mkdir(folder, { recursive: true });
      await writeFile(draft, JSON.stringify(value));
      await rename(draft, join(folder, `${name}.json`));
    } catch (error) {
      if (!isStorageFailure(error)) throw error;
      warn(name, error);
      await rm(draft, { force: true }).catch(() => undefined);
    }
    return value;
  };

  /** Makes a file under a draft's name first, so that a file that has its name is whole. */
  const kept = async <Names>(
    name: string,
    make: (to: string) => Promise<Names>,
  ): Promise<MadeFile<Names>> => {
    const path = join(folder, `${name}.onnx`);
    // Names without their file are of no use: somebody has tidied up.
    if (!(await isThere(path))) await rm(join(folder, `${name}.json`), { force: true });
    const names = await remembered(name, async () => {
      await mkdir(folder, { recursive: true });
      const draft = join(folder, `${randomUUID()}.onnx`);
      try {
        const made = await make(draft);
        await rename(draft, path);
        return made;
      } finally {
        await rm(draft, { force: true });
      }
    });
    return { path, names };
  };

  const file = <Names>(name: string, make: (to: string) => Promise<Names>): Promise<MadeFile<Names>> =>
    once(name, () =>
      spare.has(name)
        ? spare.make(name, make)
        : kept(name, make).catch((error: unknown) => {
            if (!isStorageFailure(error)) throw error;
            warn(name, error);
            return spare.make(name, make);
          }),
    );

  return {
    inspect: (job) =>
      once(nameOf('inspection', job), () =>
        remembered(nameOf('inspection', job), () => runGraphJob({ kind: 'inspect', model, ...job })),
      ),
    expose: (job) => file(nameOf('exposed', job), (to) => runGraphJob({ kind: 'expose', model, to, ...job })),
    exposeDecoder: (job) =>
      file(nameOf('exposed-decoder', job), (to) =>
        runGraphJob({ kind: 'expose-decoder', model, to, ...job }),
      ),
    step: () => file('step', (to) => runGraphJob({ kind: 'step', model, to })),
    cross: () => file('cross', (to) => runGraphJob({ kind: 'cross', model, to })),
    gradient: (from, job) =>
      file(nameOf('gradient', { ...job, from: basename(from) }), (to) =>
        runGraphJob({ kind: 'gradient', model: from, to, ...job }),
      ),
    quantise: () => file('quantised', (to) => runGraphJob({ kind: 'quantise', model, to })),
    merge: (adapters, hash) =>
      file(nameOf('merged', { hash }), (to) => runGraphJob({ kind: 'merge', model, to, adapters })),
  };
}

function nameOf(kind: string, options: object): string {
  return `${kind}-${createHash('sha256').update(JSON.stringify(options)).digest('hex').slice(0, 16)}`;
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
