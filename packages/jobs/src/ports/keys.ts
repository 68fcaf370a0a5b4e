import type { Role } from '@tessera/contracts';
import type { Repeats } from '../availability/patient.ts';

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

export const keyRepeats: Repeats<ApiKeys> = {
  // A second one would leave a key behind that nobody has seen.
  create: 'once',
  list: 'again',
  // Keeps the first one's time.
  revoke: 'again',
  verify: 'again',
};
