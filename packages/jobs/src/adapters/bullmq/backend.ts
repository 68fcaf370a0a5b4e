import type { JobsOptions, WorkerOptions } from 'bullmq';

/** Everything a job carries: which row to look at. */
export interface JobData {
  readonly taskId: string;
}

/** The parts of BullMQ's Queue that are used; both backends' classes have them. */
export interface BullJobs {
  add(name: string, data: JobData, options: JobsOptions): Promise<unknown>;
  addBulk(jobs: { name: string; data: JobData; opts: JobsOptions }[]): Promise<unknown>;
  remove(id: string): Promise<unknown>;
  getJobCountByTypes(...types: ('waiting' | 'prioritized')[]): Promise<number>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(): Promise<void>;
}

/** The parts of BullMQ's Worker that are used. */
export interface BullWorker {
  concurrency: number;
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(force?: boolean): Promise<void>;
}

/** What the two backends do differently. */
export interface BullBackend {
  openQueue(name: string): BullJobs;
  openWorker(name: string, take: (taskId: string) => Promise<void>, settings: WorkerSettings): BullWorker;
  /** Those of `ids` that the queue holds, in any state. */
  known(name: string, ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** False while it is known to be away: then nothing is tried, because tries would pile up inside BullMQ. */
  isUp(): boolean;
  ping(): Promise<unknown>;
  /** From so many jobs on one bulk command is cheaper than one command each. */
  readonly bulkFrom: number;
  close(): Promise<void>;
}

export type WorkerSettings = Pick<
  WorkerOptions,
  'concurrency' | 'lockDuration' | 'stalledInterval' | 'maxStalledCount' | 'drainDelay' | 'runRetryDelay'
>;
