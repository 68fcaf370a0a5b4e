import { createHash } from 'node:crypto';
import type { Clock } from '@tessera/base';
import { type Role, roles } from '@tessera/contracts';
import type { Jobs } from '@tessera/jobs';

/** Who asks, and what they may do. */
export interface Identity {
  /** A key's id, or "local" when the door is open. */
  readonly caller: string;
  readonly role: Role;
  /** The key's own limit; null for the gateway's. */
  readonly requestsPerMinute: number | null;
}

/** Decides who gets in. */
export interface Access {
  /** True when no key is asked for: everybody on this machine is an administrator. */
  isOpen(): boolean;
  /** The owner of a key, or null when it is no key of ours. */
  identify(secret: string): Promise<Identity | null>;
  close(): void;
}

/** Notices may be lost; so late at the latest a first key made elsewhere closes the door here. */
const lookEveryMs = 5_000;

/** Everybody on this machine while there are no keys. */
export const localIdentity: Identity = { caller: 'local', role: 'admin', requestsPerMinute: null };

/** Who asks on a route that asks nobody who they are. */
export const nobody: Identity = { caller: 'nobody', role: 'reader', requestsPerMinute: null };

/** The caller whose tasks an identity may see; null for every caller's. */
export function sightOf(identity: Identity): string | null {
  return identity.role === 'admin' ? null : identity.caller;
}

/**
 * Keys of the environment and of the database. The door is open only while there never were any, and only on
 * loopback: any other address without keys throws here, before anything listens.
 */
export async function openAccess(
  jobs: Pick<Jobs, 'keys' | 'onNotice'>,
  options: {
    readonly environmentKeys: string;
    readonly loopback: boolean;
    readonly host: string;
    readonly clock: Clock;
  },
): Promise<Access> {
  const fixed = readEnvironmentKeys(options.environmentKeys);
  const keys = await jobs.keys.list();
  const usable = fixed.size > 0 || keys.some((key) => key.revokedAt === null);
  // A key that was revoked still counts: whoever locked a door does not want it open again because a key was
  // taken back.
  let open = options.loopback && fixed.size === 0 && keys.length === 0;
  if (!options.loopback && !usable)
    throw new Error(
      `HOST=${options.host} can be reached from other machines, and there are no keys. Set TESSERA_API_KEYS=name:admin:secret, make keys with POST /v1/keys on loopback first, or listen on HOST=127.0.0.1.`,
    );
  const look = (): void => {
    // On failure the door stays as it is; the next look is never far.
    void jobs.keys.list().then(
      ({ length }) => {
        open = length === 0;
      },
      () => undefined,
    );
  };
  const mayChange = options.loopback && fixed.size === 0;
  const unsubscribe = jobs.onNotice((notice) => {
    if (mayChange && (notice.kind === 'keys' || notice.kind === 'gap')) look();
  });
  let stopLooking = (): void => undefined;
  const lookAgain = (): void => {
    look();
    stopLooking = options.clock.after(lookEveryMs, lookAgain);
  };
  if (mayChange) stopLooking = options.clock.after(lookEveryMs, lookAgain);
  return {
    isOpen: () => open,
    async identify(secret) {
      const known = fixed.get(hash(secret));
      if (known) return known;
      const entry = await jobs.keys.verify(secret);
      return (
        entry && {
          caller: entry.id,
          role: entry.role,
          requestsPerMinute: entry.limits.requestsPerMinute,
        }
      );
    },
    close() {
      unsubscribe();
      stopLooking();
    },
  };
}

/** `name:role:secret,…` by the hash of the secret, so that looking one up tells nothing by its time. */
function readEnvironmentKeys(text: string): ReadonlyMap<string, Identity> {
  const entries = text.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]));
  return new Map(
    entries.map((entry) => {
      const [name, role, ...secret] = entry.split(':');
      const known = roles.find((candidate) => candidate === role);
      if (!name || !known || secret.join(':') === '')
        throw new Error(
          `TESSERA_API_KEYS: every key is written name:role:secret with the role ${roles.join(', ')}; one of ${entries.length} is not.`,
        );
      return [
        hash(secret.join(':')),
        { caller: `env:${name}`, role: known, requestsPerMinute: null } satisfies Identity,
      ];
    }),
  );
}

function hash(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
