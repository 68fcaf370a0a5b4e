import { taskNames } from '@tessera/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchRoutes } from '../routes/index.ts';
import { squareDialect } from './dialect.ts';

const match = matchRoutes(squareDialect);

/** The route a path is, under its name, and what the path says. */
const at = (path: string, hfUsername: string | null = null): Record<string, unknown> | null => {
  const found = match(path, () => (hfUsername === null ? {} : { hf_username: hfUsername }));
  if (!found) return null;
  const { task_id: taskId, count, ...parameters } = found.parameters;
  const [kind] = found.routes.values();
  return {
    kind,
    ...(kind === 'db-deploy' ? { identifier: null } : {}),
    ...(kind === 'task-result' ? { taskId } : parameters),
    ...(count === undefined ? {} : { count: Number(count) }),
  };
};

describe('predictions', () => {
  const expected = { kind: 'prediction', identifier: 'user/model', task: 'embedding' };

  it.each([
    ['/main/user/model/embedding', null],
    ['/main/user%2Fmodel/embedding', null],
    ['/main/user%2fmodel/embedding/', null],
    ['/main/model/embedding', 'user'],
    ['/user/model/embedding', null],
    ['/user%2Fmodel/embedding', null],
    ['/model/embedding', 'user'],
  ])('%s (hf_username %s) is user/model', (path, user) => {
    expect(at(path, user)).toEqual(expected);
  });

  it.each(taskNames)('%s is a task', (task) => {
    expect(at(`/main/m/${task}`)).toEqual({ kind: 'prediction', identifier: 'm', task });
    expect(at(`/m/${task}`)).toEqual({ kind: 'prediction', identifier: 'm', task });
  });

  it.each([
    '/main/embedding',
    '/main/a/b/c/embedding',
    '/main/health/embedding',
    '/main/task_result/embedding/x',
    '/main/m/singing',
    '/main/m',
    '/main',
    '',
    '/',
    '/embedding',
  ])('%s is no route', (path) => {
    expect(at(path)).toBeNull();
  });

  it.each(['skill-manager', 'datastores', 'evaluator', 'sensitivity', 'replicate', 'auth', 'openapi.json'])(
    'no legacy model may be called %s',
    (name) => {
      expect(at(`/${name}/embedding`)).toBeNull();
      expect(at(`/${name}/model/embedding`)).toBeNull();
    },
  );
});

describe('everything else', () => {
  it.each([
    ['/main/health/heartbeat', { kind: 'heartbeat' }],
    ['/models/health/heartbeat', { kind: 'heartbeat' }],
    ['/main/m/health/heartbeat', { kind: 'model-heartbeat', identifier: 'm' }],
    ['/m/health/heartbeat', { kind: 'model-heartbeat', identifier: 'm' }],
    ['/u/m/health/heartbeat', { kind: 'model-heartbeat', identifier: 'u/m' }],
    ['/main/openapi.json', { kind: 'openapi' }],
    ['/main/task_result/t', { kind: 'task-result', taskId: 't' }],
    ['/models/task_result/t', { kind: 'task-result', taskId: 't' }],
    ['/m/task_result/t', { kind: 'task-result', taskId: 't' }],
    ['/u/m/task_result/t', { kind: 'task-result', taskId: 't' }],
    ['/main/u/m/stats', { kind: 'stats', identifier: 'u/m' }],
    ['/m/stats', { kind: 'stats', identifier: 'm' }],
    ['/main/m/update', { kind: 'update', identifier: 'm' }],
    ['/models/deployed-models', { kind: 'deployed-models' }],
    ['/models/deployed-model-workers', { kind: 'deployed-model-workers' }],
    ['/models/health', { kind: 'models-health' }],
    ['/models/deployed-models-health', { kind: 'models-health' }],
    ['/models/u/m/health', { kind: 'model-health', identifier: 'u/m' }],
    ['/models/explainers', { kind: 'explainers' }],
    ['/models/deploy', { kind: 'deploy' }],
    ['/models/remove/u/m', { kind: 'remove', identifier: 'u/m' }],
    ['/models/update/m', { kind: 'manager-update', identifier: 'm' }],
    ['/models/m/add_worker/2', { kind: 'add-worker', identifier: 'm', count: 2 }],
    ['/models/u/m/remove_worker/1', { kind: 'remove-worker', identifier: 'u/m', count: 1 }],
    ['/models/task', { kind: 'tasks' }],
    ['/models/db/update', { kind: 'db-update' }],
    ['/models/db/deploy', { kind: 'db-deploy', identifier: null }],
    ['/models/db/deploy/m', { kind: 'db-deploy', identifier: 'm' }],
    ['/models/db/deploy/u/m', { kind: 'db-deploy', identifier: 'u/m' }],
  ])('%s', (path, route) => {
    expect(at(path)).toEqual(route);
  });

  it('a stray percent sign throws and anything else is a route or null', () => {
    expect(() => at('/main/%/stats')).toThrow(URIError);
    const word = fc.oneof(
      fc.constantFrom('main', 'models', 'health', 'heartbeat', 'task_result', 'embedding', 'db', 'a%2Fb', ''),
      fc.webSegment(),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (words) => {
        const route = at(`/${words.join('/')}`);
        if (route && 'identifier' in route && typeof route.identifier === 'string')
          expect(route.identifier.split('/').length).toBeLessThanOrEqual(2);
      }),
    );
  });
});
