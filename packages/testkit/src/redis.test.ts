import { describe, expect, it } from 'vitest';
import { redisBinary } from './redis.ts';

describe('finding redis-server', () => {
  it('fails in CI when it is missing, naming what to install', () => {
    expect(() => redisBinary({ CI: 'true', PATH: '/nowhere' })).toThrow(
      /no redis-server on PATH.*apt-get install/,
    );
  });

  it('goes by REDIS_SERVER_BIN before PATH', () => {
    expect(redisBinary({ REDIS_SERVER_BIN: process.execPath, PATH: '' })).toBe(process.execPath);
  });
});
