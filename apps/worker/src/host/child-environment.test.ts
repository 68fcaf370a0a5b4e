import { describe, expect, it } from 'vitest';
import { childEnvironment } from './child-environment.ts';

describe("a model process's environment", () => {
  it('has no secret of the host, whatever its name', () => {
    const secrets = {
      DATABASE_URL: 'postgres://user:secret@db/tessera',
      REDIS_URL: 'redis://:secret@redis',
      HF_TOKEN: 'hf_secret',
      TESSERA_API_KEYS: 'me:admin:secret',
      TESSERA_API_KEY: 'secret',
      AWS_SECRET_ACCESS_KEY: 'secret',
      PGPASSWORD: 'secret',
      POSTGRES_PASSWORD: 'secret',
    };
    expect(childEnvironment(secrets)).toEqual({ ORT_DISABLE_TELEMETRY: '1' });
  });

  it('has what the operating system, Node, CUDA and the log need', () => {
    const needed = {
      PATH: '/bin',
      Path: 'C:\\Windows',
      LC_ALL: 'C.UTF-8',
      TMPDIR: '/tmp',
      NODE_OPTIONS: '--max-old-space-size=4096',
      https_proxy: 'http://proxy:3128',
      CUDA_VISIBLE_DEVICES: '1',
      LOG_LEVEL: 'warn',
    };
    expect(childEnvironment(needed)).toEqual({ ...needed, ORT_DISABLE_TELEMETRY: '1' });
  });
});
