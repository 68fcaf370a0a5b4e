import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = resolve(import.meta.dirname, '../..');

interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly volumes?: readonly string[];
}

const compose = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};
const { gateway, worker, redis, postgres } = compose.services;

describe('docker-compose.yml', () => {
  it('starts a gateway, a worker, Redis and Postgres', () => {
    expect(Object.keys(compose.services).sort()).toEqual(['gateway', 'postgres', 'redis', 'worker']);
  });

  it('starts our processes with the commands that the scenarios start', () => {
    const cluster = readFileSync(join(root, 'test/scenarios/cluster.ts'), 'utf8');
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the scenario's own source is searched for
    expect(cluster).toContain('apps/${app}/dist/main.js');
    for (const [name, service] of Object.entries({ gateway, worker })) {
      expect(service?.command).toEqual(['node', `apps/${name}/dist/main.js`]);
      expect(existsSync(join(root, `apps/${name}/src/main.ts`))).toBe(true);
    }
  });

  it('gives both the database and the queue, and keeps Redis on disk', () => {
    for (const service of [gateway, worker]) {
      expect(service?.environment?.DATABASE_URL).toMatch(/^postgres:\/\/tessera:.*@postgres:5432\/tessera$/);
      expect(service?.environment?.REDIS_URL).toBe('redis://redis:6379');
    }
    expect(redis?.command).toContain('--appendonly');
    expect(redis?.command).toContain('noeviction');
  });

  it('has no secret in it and refuses to start without them', () => {
    expect(postgres?.environment?.POSTGRES_PASSWORD).toMatch(/^\$\{POSTGRES_PASSWORD:\?/);
    expect(gateway?.environment?.TESSERA_API_KEYS).toMatch(/^\$\{TESSERA_API_KEYS:\?/);
    expect(gateway?.environment?.HOST).toBe('0.0.0.0');
  });

  it('asks both whether they live, where they say so', () => {
    for (const [service, port] of [
      [gateway, gateway?.environment?.PORT],
      [worker, worker?.environment?.WORKER_PORT],
    ] as const) {
      expect(port).toMatch(/^\d+$/);
      expect(service?.healthcheck?.test.join(' ')).toContain(`http://127.0.0.1:${port}/`);
    }
  });

  it('declares every named volume it uses', () => {
    const used = Object.values(compose.services).flatMap((service) => service.volumes ?? []);
    expect(used.map((volume) => volume.split(':')[0]).sort()).toEqual(Object.keys(compose.volumes).sort());
  });

  it('is built by a Dockerfile that prepares the checkout as on a bare machine', () => {
    const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
    expect(dockerfile).toContain('npm run setup');
    for (const [, path] of dockerfile.matchAll(/^COPY (\S+) \.\/\S+$/gm))
      expect(existsSync(join(root, path!)), path).toBe(true);
  });
});
