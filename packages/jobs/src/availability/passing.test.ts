import { AppError } from '@tessera/base';
import { describe, expect, it } from 'vitest';
import { hasNoEffect, isPassing } from './passing.ts';

const failure = (code: string): Error => Object.assign(new Error(code), { code });

describe('failures', () => {
  it('that pass are told from statements that are wrong', () => {
    const passing = [
      '57P01',
      '57P03',
      '57014',
      '08006',
      '40P01',
      '53100',
      '53300',
      '25006',
      '58030',
      '55P03',
    ];
    for (const code of [
      ...passing,
      'ECONNREFUSED',
      'EAI_AGAIN',
      'P1001',
      'P1008',
      'P1017',
      'P2024',
      'P2037',
      'P2039',
    ])
      expect(isPassing(failure(code)), code).toBe(true);
    for (const code of ['23505', '42601', '22P02', 'EACCES', 'P2002', 'P2025'])
      expect(isPassing(failure(code)), code).toBe(false);
    expect(isPassing(new Error('Connection terminated unexpectedly'))).toBe(true);
    expect(isPassing('57P01')).toBe(false);
  });

  it('are found inside what they were wrapped in', () => {
    const cause = { originalCode: '53300', kind: 'TooManyConnections' };
    const adapterError = Object.assign(new Error('TooManyConnections'), { cause });
    const prisma = Object.assign(failure('P2010'), { meta: { driverAdapterError: adapterError } });
    expect(isPassing(prisma)).toBe(true);
    const wrapped = new AppError('MIGRATION_FAILED', { detail: { problem: 'x' }, cause: failure('57P03') });
    expect(isPassing(wrapped)).toBe(true);
    expect(isPassing(new AppError('SERVICE_UNAVAILABLE'))).toBe(true);
    expect(isPassing(new AppError('MODEL_UNKNOWN'))).toBe(false);
    const download = new AppError('MODEL_DOWNLOAD_FAILED', { cause: failure('ECONNREFUSED') });
    expect(isPassing(download)).toBe(false);
  });

  it('that left no trace are told from those that may have', () => {
    for (const code of ['ECONNREFUSED', '57P03', '53300', '25006', '40001', '57014', 'P2024'])
      expect(hasNoEffect(failure(code)), code).toBe(true);
    for (const code of ['ECONNRESET', 'ETIMEDOUT', '57P01', '08006', 'P1017', '23505'])
      expect(hasNoEffect(failure(code)), code).toBe(false);
    expect(hasNoEffect(new Error('Connection terminated unexpectedly'))).toBe(false);
    expect(hasNoEffect(new Error('timeout exceeded when trying to connect'))).toBe(true);
  });
});
