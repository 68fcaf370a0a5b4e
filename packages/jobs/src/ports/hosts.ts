import type { HostEntry, HostReport } from '@tessera/contracts';
import type { Repeats } from '../availability/patient.ts';

/** A worker host's row as its successors see it. */
export interface HostSign {
  /** Who holds the leases: the host's name and its start. */
  readonly owner: string;
  readonly name: string;
  /** Changes with every heartbeat. */
  readonly heartbeatAt: string;
}

/** The rows of the worker hosts: one for each start of each host. */
export interface HostStore {
  beat(owner: string, report: HostReport): Promise<void>;
  /**
   * Hosts of the last day; a name that several living hosts have is shown with a number behind from the
   * second on.
   */
  list(): Promise<readonly HostEntry[]>;
  signs(): Promise<readonly HostSign[]>;
  leave(owner: string): Promise<void>;
}

export const hostRepeats: Repeats<HostStore> = {
  beat: 'again',
  list: 'again',
  signs: 'again',
  leave: 'again',
};

/** The worker hosts there are, by their heartbeats. */
export interface Hosts {
  /**
   * Ends the leases of this name's earlier starts that are dead, and takes them off the list: those whose
   * heart does not beat while this watches them. A host of the same name that lives keeps its leases; it and
   * this one are two owners.
   */
  succeed(name: string): Promise<void>;
  beat(report: HostReport): Promise<void>;
  list(): Promise<readonly HostEntry[]>;
  /** Takes this start of the host off the list (orderly end). */
  leave(name: string): Promise<void>;
}
