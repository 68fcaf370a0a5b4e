import { AppError, type Log } from '@tessera/base';
import type { LoadedFile } from '../forward/forward-runner.ts';
import type { PlanOptions } from '../forward/signature.ts';
import { type Gradients, openGradients } from '../graph/gradients.ts';
import type { GraphCache } from '../graph/graph-cache.ts';
import type { Inspection } from '../graph/graph-jobs.ts';
import { runGraphJob } from '../graph/run-graph-job.ts';
import type { EmbeddingTable } from '../runtime.ts';
import type { Session } from '../session/session.ts';
import { type ModelFiles, openModelFiles } from './files.ts';
import type { Proof } from './prove-company.ts';

export interface WeightsOptions {
  readonly model: string;
  readonly signature: PlanOptions;
  /** Tells the weights of one model apart: their rows never share a batch. */
  readonly name: string;
  /** The file with these weights: what is opened up and differentiated. */
  readonly path: string;
  /** The file that answers plain requests: `path`, or its int8 form. */
  readonly served: string;
  readonly cache: GraphCache;
  /** What is known of the graph from other weights of the same model. */
  readonly inspection?: Inspection | null;
  /** Which rows may run together, proven on other weights of the same model. */
  readonly proof?: Proof;
  prove(file: LoadedFile, path: string): Promise<Proof>;
  readonly log: Log;
  openFile(path: string, memoryArena: boolean): Promise<Session>;
  openServed(path: string): Promise<Session>;
}

/** Everything that runs with one set of weights: the model's own, or those with adapters merged in. */
export interface ModelWeights {
  readonly files: ModelFiles;
  readonly gradients: Gradients;
  /** Throws CAPABILITY_MISSING. */
  embeddingTable(): Promise<EmbeddingTable>;
  /** Frees the sessions; nothing may be running on them. */
  close(): Promise<void>;
}

/** Throws MODEL_LOAD_FAILED, GPU_REQUIRED. */
export async function openWeights(options: WeightsOptions): Promise<ModelWeights> {
  const { model, path, cache } = options;
  const sessions = new Set<Session>();
  const track = async (opening: Promise<Session>): Promise<Session> => {
    const session = await opening;
    const tracked: Session = {
      ...session,
      close: () => {
        sessions.delete(tracked);
        return session.close();
      },
    };
    sessions.add(tracked);
    return tracked;
  };
  const files = await openModelFiles({
    ...options,
    openFile: (file) => track(options.openFile(file, true)),
    openServed: (file) => track(options.openServed(file)),
  });
  const gradients = openGradients({
    model,
    name: options.name,
    cache,
    outputs: files.plain.map,
    company: files.plain.company,
    signature: options.signature,
    plain: path,
    exposed: files.exposed,
    // Intermediates of a backward run are large and seldom: kept memory would be wasted.
    openFile: (file) => track(options.openFile(file, false)),
  });
  let table: Promise<EmbeddingTable> | null = null;
  return {
    files,
    gradients,
    async embeddingTable() {
      if (files.inspection?.embeddingWidth == null) {
        const detail = {
          field: 'explain',
          model,
          capability: 'embedding table',
          hint: 'Its graph has no lookup of word embeddings fed by input_ids.',
        };
        throw new AppError('CAPABILITY_MISSING', { detail });
      }
      table ??= runGraphJob({ kind: 'table', model: path });
      return table.catch((error: unknown) => {
        table = null;
        throw error;
      });
    },
    async close() {
      for (const session of [...sessions]) await session.close();
    },
  };
}
