import type { ModelHour } from '@tessera/contracts';
import type { Repeats } from '../availability/patient.ts';

/** What one process counted of one model since its last flush. */
export type Counted = Omit<ModelHour, 'hour'>;

/** What happened to the models, by the hour. */
export interface StatisticsStore {
  /** Adds counts to the current hour; twice written is twice counted. */
  add(counted: readonly Counted[]): Promise<void>;
  read(filter: { readonly model?: string; readonly sinceHours: number }): Promise<readonly ModelHour[]>;
}

export const statisticsRepeats: Repeats<StatisticsStore> = { add: 'once', read: 'again' };

/** The same with the counts of this process. */
export interface Statistics extends Pick<StatisticsStore, 'read'> {
  /** Writes what was counted since the last flush; also done on a timer and on close. */
  flush(): Promise<void>;
}
