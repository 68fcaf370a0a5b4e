import type { Capability, ModelEntry, ModelType, ModelUpdate, TaskName } from '@tessera/contracts';
import type { Repeats } from '../availability/patient.ts';

/** A new model; what is left out has a default (batchSize 32, maxInput 1024, disableGpu true, replicas 1). */
export type NewModel = Pick<ModelEntry, 'identifier' | 'source' | 'modelType' | 'modelName' | 'modelClass'> &
  Partial<Omit<ModelEntry, 'identifier' | 'source' | 'version'>>;

/** What a host found out about a model; absent means unchanged. */
export interface ModelReport {
  readonly state?: ModelEntry['state'];
  readonly error?: string | null;
  readonly warnings?: readonly string[];
  readonly capabilities?: readonly Capability[];
  readonly tasks?: readonly TaskName[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly isEncoderDecoder?: boolean;
  readonly modelType?: ModelType;
  readonly sha256?: string | null;
}

/** The models there are: rows in the database, kept in memory by each process and dropped on a notice. */
export interface ModelCatalogue {
  /** Throws MODEL_EXISTS when a model of the same normal form exists. */
  create(model: NewModel): Promise<ModelEntry>;
  /**
   * By exact name first, then by normal form ("/" and "-" are the same). Answers from memory while that is
   * fresh.
   */
  read(identifier: string): Promise<ModelEntry | null>;
  list(): Promise<readonly ModelEntry[]>;
  /** Changes what is present, version + 1. Throws MODEL_UNKNOWN. */
  update(identifier: string, change: ModelUpdate & { readonly replicas?: number }): Promise<ModelEntry>;
  /**
   * What a host says of it; version stays unless the tasks, labels or capabilities change. Null when the
   * model was removed.
   */
  report(identifier: string, report: ModelReport): Promise<ModelEntry | null>;
  /**
   * False when there was none. Queued tasks of the model end with MODEL_REMOVED at the next reconciliation.
   */
  remove(identifier: string): Promise<boolean>;
  /** Calls back with the identifier of each entry that was made, changed or removed, anywhere. */
  onChange(listener: (identifier: string) => void): () => void;
}

/** An adapter (LoRA) that fits a model. */
export interface AdapterEntry {
  readonly identifier: string;
  readonly model: string;
  /** Folder or hub repository. */
  readonly source: ModelEntry['source'];
}

export interface AdapterCatalogue {
  create(adapter: AdapterEntry): Promise<AdapterEntry>;
  list(model: string): Promise<readonly AdapterEntry[]>;
  remove(model: string, identifier: string): Promise<boolean>;
}

export const modelRepeats: Repeats<ModelCatalogue> = {
  // A second one would meet the first one's row.
  create: 'once',
  read: 'again',
  list: 'again',
  // Each one raises the version.
  update: 'once',
  // Says the same again; a version that rises twice only makes hosts look twice.
  report: 'again',
  // A second one would say that there was none.
  remove: 'once',
  onChange: 'local',
};

export const adapterRepeats: Repeats<AdapterCatalogue> = { create: 'once', list: 'again', remove: 'once' };
