import type { JobsLimits } from './jobs.ts';

export const defaultLimits: JobsLimits = {
  leaseMs: 15_000,
  maxAttempts: 3,
  resultTimeToLiveMs: 24 * 3_600_000,
  rowTimeToLiveMs: 7 * 24 * 3_600_000,
  maxResultBytes: 256 * 1024 * 1024,
  enqueueGraceMs: 2_000,
  safetyPollMs: 1_000,
  // A caller waits for an answer; a host would rather wait than fail what it accepted, and sets this to
  // Infinity.
  patienceMs: 5_000,
  databaseConnections: 10,
};
