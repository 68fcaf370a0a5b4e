import { AppError, type Clock } from '@tessera/base';
import { type ModelEntry, modelEntry, modelUpdate, normalForm } from '@tessera/contracts';
import type { Model } from '../../generated/client.ts';
import type { ModelCatalogue, ModelReport } from '../../ports/models.ts';
import type { Notices } from '../../ports/notices.ts';
import { isDuplicate, isMissing, type Prisma } from './client.ts';

/** An entry read longer ago is read again, in case a notice was lost. */
const freshMs = 2_000;

const defaults = {
  tasks: [],
  labels: {},
  batchSize: 32,
  maxInput: 1024,
  disableGpu: true,
  returnPlaintextArrays: false,
  onnxUseQuantized: false,
  isEncoderDecoder: false,
  preloadedAdapters: false,
  capabilities: [],
  owner: 'local',
  replicas: 1,
  state: 'registered',
  error: null,
  warnings: [],
  sha256: null,
} as const;

interface Kept {
  readonly entry: ModelEntry | null;
  readonly atMs: number;
}

/** The catalogue's rows through Prisma, kept in memory by normal form until a notice or `freshMs`. */
export function createPrismaModels(options: {
  readonly prisma: Prisma;
  readonly notices: Notices;
  readonly clock: Clock;
}): ModelCatalogue {
  const { prisma, notices, clock } = options;
  const kept = new Map<string, Kept>();
  const listeners = new Set<(identifier: string) => void>();
  notices.subscribe((notice) => {
    if (notice.kind === 'gap') kept.clear();
    if (notice.kind !== 'model') return;
    kept.delete(normalForm(notice.identifier));
    for (const listener of listeners) listener(notice.identifier);
  });

  function changed(row: Model): ModelEntry {
    const entry = toEntry(row);
    kept.set(row.normalForm, { entry, atMs: clock.monotonicMs() });
    notices.publish([{ kind: 'model', identifier: entry.identifier }]);
    return entry;
  }

  return {
    async create({ identifier, ...given }) {
      const entry = modelEntry.parse({ ...defaults, ...given, identifier, version: 1 });
      try {
        return changed(
          await prisma.model.create({ data: { ...toColumns(entry), normalForm: normalForm(identifier) } }),
        );
      } catch (error) {
        if (isDuplicate(error))
          throw new AppError('MODEL_EXISTS', { detail: { model: identifier }, cause: error });
        throw error;
      }
    },

    async read(identifier) {
      const key = normalForm(identifier);
      const known = kept.get(key);
      if (known && clock.monotonicMs() - known.atMs < freshMs) return known.entry;
      // The normal form is unique, so it finds the exact name as well.
      const row = await prisma.model.findUnique({ where: { normalForm: key } });
      const entry = row ? toEntry(row) : null;
      // Names come from callers: unknown ones are not kept, or they would fill the memory.
      if (entry) kept.set(key, { entry, atMs: clock.monotonicMs() });
      else kept.delete(key);
      return entry;
    },

    async list() {
      const rows = await prisma.model.findMany({ orderBy: { identifier: 'asc' } });
      return rows.map(toEntry);
    },

    async update(identifier, { replicas, ...change }) {
      const data = {
        ...withoutAbsent(modelUpdate.parse(change)),
        ...(replicas === undefined ? {} : { replicas }),
      };
      try {
        return changed(
          await prisma.model.update({
            where: { normalForm: normalForm(identifier) },
            data: { ...data, version: { increment: 1 }, updatedAt: new Date(clock.now()) },
          }),
        );
      } catch (error) {
        if (isMissing(error))
          throw new AppError('MODEL_UNKNOWN', { detail: { model: identifier }, cause: error });
        throw error;
      }
    },

    async report(identifier, report) {
      const rebuilds = report.tasks || report.labels || report.capabilities;
      try {
        return changed(
          await prisma.model.update({
            where: { normalForm: normalForm(identifier) },
            data: { ...reportColumns(report), ...(rebuilds ? { version: { increment: 1 } } : {}) },
          }),
        );
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    },

    async remove(identifier) {
      const key = normalForm(identifier);
      const { count } = await prisma.model.deleteMany({ where: { normalForm: key } });
      kept.delete(key);
      if (count > 0) notices.publish([{ kind: 'model', identifier }]);
      return count > 0;
    },

    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Arrays are columns of text, so the row is parsed like anything that comes from outside. */
function toEntry({ normalForm: _, createdAt: __, updatedAt: ___, ...row }: Model): ModelEntry {
  return modelEntry.parse(row);
}

function toColumns({ tasks, labels, capabilities, warnings, source, ...entry }: ModelEntry) {
  return {
    ...entry,
    source: { ...source },
    labels: { ...labels },
    tasks: [...tasks],
    capabilities: [...capabilities],
    warnings: [...warnings],
  };
}

function reportColumns({ tasks, labels, capabilities, warnings, ...report }: ModelReport) {
  return withoutAbsent({
    ...report,
    labels: labels && { ...labels },
    tasks: tasks && [...tasks],
    capabilities: capabilities && [...capabilities],
    warnings: warnings && [...warnings],
  });
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function withoutAbsent<T extends object>(values: T): Present<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Present<T>;
}
