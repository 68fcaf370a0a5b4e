import type { Capability, ModelEntry, ModelUpdate, Role, TaskName } from '@tessera/contracts';

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
  readonly sha256?: string | null;
}

/** The models there are: rows in the database, kept in memory by each process and dropped on a notice. */
export interface ModelCatalogue {
  /** Throws MODEL_EXISTS when a model of the same normal form exists. */
  create(model: NewModel): Promise<ModelEntry>;
  /** By exact name first, then by normal form ("/" and "-" are the same). Answers from memory while that is fresh. */
  read(identifier: string): Promise<ModelEntry | null>;
  list(): Promise<readonly ModelEntry[]>;
  /** Changes what is present, version + 1. Throws MODEL_UNKNOWN. */
  update(identifier: string, change: ModelUpdate & { readonly replicas?: number }): Promise<ModelEntry>;
  /** What a host says of it; version stays unless the tasks, labels or capabilities change. Null when the model was removed. */
  report(identifier: string, report: ModelReport): Promise<ModelEntry | null>;
  /** False when there was none. Queued tasks of the model end with MODEL_REMOVED at the next reconciliation. */
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

export interface KeyLimits {
  /** Requests a minute; null for no limit of its own. */
  readonly requestsPerMinute: number | null;
}

/** A key without its secret. */
export interface ApiKeyEntry {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly limits: KeyLimits;
  readonly createdAt: string;
  readonly revokedAt: string | null;
}

/** Keys are 32 random bytes, shown once and stored as SHA-256. */
export interface ApiKeys {
  /** `secret` is the only time the key can be seen. */
  create(key: {
    readonly name: string;
    readonly role: Role;
    readonly limits?: Partial<KeyLimits>;
  }): Promise<{ readonly entry: ApiKeyEntry; readonly secret: string }>;
  list(): Promise<readonly ApiKeyEntry[]>;
  /** False when there is no such key. Takes effect in every process within a second. */
  revoke(id: string): Promise<boolean>;
  /** The key's entry, or null when it is unknown or revoked. */
  verify(secret: string): Promise<ApiKeyEntry | null>;
}

/** What a host says of itself every few seconds. */
export interface HostReport {
  readonly host: string;
  readonly hostname: string;
  readonly pid: number;
  /** Models whose processes run here, with their state. */
  readonly models: readonly {
    readonly identifier: string;
    readonly state: string;
    readonly memoryBytes: number;
  }[];
  readonly memoryBytes: number;
  readonly gpus: readonly string[];
}

export interface HostEntry extends HostReport {
  readonly startedAt: string;
  readonly heartbeatAt: string;
  /** False when the last heartbeat is older than 15 s. */
  readonly alive: boolean;
}

export interface Hosts {
  beat(report: HostReport): Promise<void>;
  list(): Promise<readonly HostEntry[]>;
  /** Takes the host off the list (orderly end). */
  leave(host: string): Promise<void>;
}

/** Upper edges of the latency histogram, in milliseconds; the last bucket has none. */
export const latencyEdgesMs = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 300_000,
] as const;
/** Upper edges of the histogram of rows in a batch; the last bucket has none. */
export const batchEdges = [1, 2, 4, 8, 16, 32, 64, 128] as const;

/** What happened to one model in one hour. */
export interface ModelHour {
  readonly model: string;
  /** Start of the hour, ISO 8601. */
  readonly hour: string;
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly expired: number;
  /** Total time from acceptance to end, by latencyEdgesMs (one more bucket than edges). */
  readonly latency: readonly number[];
  /** Rows a batch, by batchEdges (one more bucket than edges). */
  readonly batches: readonly number[];
  readonly computeMs: number;
}

export interface Statistics {
  read(filter: { readonly model?: string; readonly sinceHours: number }): Promise<readonly ModelHour[]>;
  /** Writes what was counted since the last flush; also done on a timer and on close. */
  flush(): Promise<void>;
}
