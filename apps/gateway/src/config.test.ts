import { describe, expect, it } from 'vitest';
import { isLoopback, readConfig } from './config.ts';

describe('configuration', () => {
  it('needs nothing but a database', () => {
    expect(readConfig({ DATABASE_URL: 'postgres://x' })).toMatchObject({
      host: '127.0.0.1',
      port: 8000,
      redisUrl: null,
      longPollMs: 25_000,
      requestsPerMinute: null,
    });
  });

  it.each([
    [{}, 'DATABASE_URL'],
    [{ DATABASE_URL: 'x', PORT: '70000' }, 'PORT'],
    [{ DATABASE_URL: 'x', MAX_BODY_BYTES: 'big' }, 'MAX_BODY_BYTES'],
  ])('%j is refused naming the variable', (env, name) => {
    expect(() => readConfig(env)).toThrow(name);
  });

  it.each([
    ['127.0.0.1', true],
    ['127.9.9.9', true],
    ['localhost', true],
    ['::1', true],
    ['0.0.0.0', false],
    ['::', false],
    ['127.example.org', false],
    ['10.0.0.1', false],
  ])('%s is loopback: %s', (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });
});
