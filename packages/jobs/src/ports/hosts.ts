import type { HostEntry, HostReport } from '@tessera/contracts';

/** The worker hosts there are, by their heartbeats. */
export interface Hosts {
  beat(report: HostReport): Promise<void>;
  list(): Promise<readonly HostEntry[]>;
  /** Takes the host off the list (orderly end). */
  leave(host: string): Promise<void>;
}
