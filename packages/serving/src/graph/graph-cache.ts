import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
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
import { runGraphJob } from './run-graph-job.ts';

/** Raised when the passes change what they write, so that older files are not used. */
const format = 4;

/** A file that a pass made, and the names to use it by. */
export interface MadeFile<Names> {
  readonly path: string;
  readonly names: Names;
}

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

/** The cache of the model file `model`, whose bytes have the hash `sha256`. */
export function createGraphCache(
  cacheFolder: string,
  model: string,
  sha256: string,
  nowMs: number,
): GraphCache {
  const folder = join(cacheFolder, 'graphs', `${sha256.slice(0, 32)}-${format}`);
  const underWay = new Map<string, Promise<unknown>>();
  // Tells tidyGraphCache that it is in use; there may be nothing yet.
  const at = new Date(nowMs);
  void utimes(folder, at, at).catch(() => undefined);

  /** Reads `<name>.json`, or makes it once however many ask at the same time. */
  const once = <T>(name: string, make: () => Promise<T>): Promise<T> => {
    const running = underWay.get(name) as Promise<T> | undefined;
    if (running) return running;
    const made = (async () => {
      const known = await readFile(join(folder, `${name}.json`), 'utf8').catch(() => null);
      if (known !== null) return JSON.parse(known) as T;
      await mkdir(folder, { recursive: true });
      const value = await make();
      const draft = join(folder, `${randomUUID()}.draft`);
      await writeFile(draft, JSON.stringify(value));
      await rename(draft, join(folder, `${name}.json`));
      return value;
    })().finally(() => underWay.delete(name));
    underWay.set(name, made);
    return made;
  };

  /** Makes a file under a draft's name first, so that a file that has its name is whole. */
  const file = async <Names>(
    name: string,
    make: (to: string) => Promise<Names>,
  ): Promise<MadeFile<Names>> => {
    const path = join(folder, `${name}.onnx`);
    // Names without their file are of no use: somebody has tidied up.
    if (!(await isThere(path))) await rm(join(folder, `${name}.json`), { force: true });
    const names = await once(name, async () => {
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

  return {
    inspect: (options) =>
      once(nameOf('inspection', options), () => runGraphJob({ kind: 'inspect', model, ...options })),
    expose: (options) =>
      file(nameOf('exposed', options), (to) => runGraphJob({ kind: 'expose', model, to, ...options })),
    exposeDecoder: (options) =>
      file(nameOf('exposed-decoder', options), (to) =>
        runGraphJob({ kind: 'expose-decoder', model, to, ...options }),
      ),
    step: () => file('step', (to) => runGraphJob({ kind: 'step', model, to })),
    cross: () => file('cross', (to) => runGraphJob({ kind: 'cross', model, to })),
    gradient: (from, options) =>
      file(nameOf('gradient', { ...options, from: basename(from) }), (to) =>
        runGraphJob({ kind: 'gradient', model: from, to, ...options }),
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
