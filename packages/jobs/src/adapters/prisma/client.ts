import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import { PrismaClient } from '../../generated/client.ts';

export type Prisma = PrismaClient;

/**
 * A Prisma client over the process's own pool, so that both share its connections; the pool's owner closes
 * it.
 */
export function createPrismaClient(pool: pg.Pool): Prisma {
  return new PrismaClient({ adapter: new PrismaPg(pool, { disposeExternalPool: false }) });
}

/** Prisma's code for a broken unique index. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof Error && (error as { code?: unknown }).code === 'P2002';
}

/** Prisma's code for "no such row". */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && (error as { code?: unknown }).code === 'P2025';
}
