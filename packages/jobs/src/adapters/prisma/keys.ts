import { createHash, randomBytes } from 'node:crypto';
import type { Clock, NewId } from '@tessera/base';
import type { Role } from '@tessera/contracts';
import type { ApiKey } from '../../generated/client.ts';
import type { ApiKeyEntry, ApiKeys } from '../../ports/keys.ts';
import type { Notices } from '../../ports/notices.ts';
import { isMissing, type Prisma } from './client.ts';

/** A verified key is believed for so long; a revocation's notice ends that at once, this is the net below. */
const freshMs = 1_000;
/** Known keys kept in memory; strangers' guesses are never kept. */
const keptKeys = 10_000;
const prefix = 'tsr_';

/**
 * API keys: 32 random bytes. A plain SHA-256 is enough for them, because there is nothing to guess, unlike
 * passwords.
 */
export function createPrismaKeys(options: {
  readonly prisma: Prisma;
  readonly notices: Notices;
  readonly clock: Clock;
  readonly newId: NewId;
}): ApiKeys {
  const { prisma, notices, clock, newId } = options;
  const kept = new Map<string, { readonly entry: ApiKeyEntry; readonly atMs: number }>();
  notices.subscribe((notice) => {
    if (notice.kind === 'keys' || notice.kind === 'gap') kept.clear();
  });

  return {
    async create({ name, role, limits }) {
      const secret = prefix + randomBytes(32).toString('base64url');
      const row = await prisma.apiKey.create({
        data: {
          id: newId(),
          name,
          role,
          hash: hashOf(secret),
          requestsPerMinute: limits?.requestsPerMinute ?? null,
        },
      });
      // The first key closes doors that were open.
      notices.publish([{ kind: 'keys' }]);
      return { entry: toEntry(row), secret };
    },

    async list() {
      return (await prisma.apiKey.findMany({ orderBy: { createdAt: 'asc' } })).map(toEntry);
    },

    async revoke(id) {
      try {
        // A second revocation keeps the first one's time.
        await prisma.apiKey.update({
          where: { id, revokedAt: null },
          data: { revokedAt: new Date(clock.now()) },
        });
      } catch (error) {
        if (!isMissing(error)) throw error;
        return (await prisma.apiKey.count({ where: { id } })) > 0;
      }
      kept.clear();
      notices.publish([{ kind: 'keys' }]);
      return true;
    },

    async verify(secret) {
      if (!secret.startsWith(prefix)) return null;
      const hash = hashOf(secret);
      const known = kept.get(hash);
      if (known && clock.monotonicMs() - known.atMs < freshMs) return known.entry;
      const row = await prisma.apiKey.findUnique({ where: { hash, revokedAt: null } });
      if (!row) {
        kept.delete(hash);
        return null;
      }
      const entry = toEntry(row);
      if (kept.size >= keptKeys) kept.clear();
      kept.set(hash, { entry, atMs: clock.monotonicMs() });
      return entry;
    },
  };
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

function toEntry(row: ApiKey): ApiKeyEntry {
  return {
    id: row.id,
    name: row.name,
    role: row.role as Role,
    limits: { requestsPerMinute: row.requestsPerMinute },
    createdAt: row.createdAt.toISOString(),
    revokedAt: row.revokedAt?.toISOString() ?? null,
  };
}
