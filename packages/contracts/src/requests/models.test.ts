import { expect, it } from 'vitest';
import { newModel } from './models.ts';

const body = (source: object) => ({ identifier: 'm', source: { kind: 'hub', ...source } });

it.each([
  { repository: 'model' },
  { repository: 'owner/model-v1.5_base' },
  { repository: 'owner/model', revision: 'refs/pr/3' },
  { repository: 'owner/model', revision: 'v1.0' },
])('a new model may come from %j', (source) => {
  expect(newModel.safeParse(body(source)).error).toBeUndefined();
});

it.each([
  [{ repository: '../../etc' }, 'repository'],
  [{ repository: 'owner/..' }, 'repository'],
  [{ repository: 'owner/a..b' }, 'repository'],
  [{ repository: '/absolute' }, 'repository'],
  [{ repository: 'a/b/c' }, 'repository'],
  [{ repository: 'https://host/owner/model' }, 'repository'],
  [{ repository: '' }, 'repository'],
  [{ repository: `owner/${'x'.repeat(300)}` }, 'repository'],
  [{ repository: 'owner/model', revision: '../main' }, 'revision'],
  [{ repository: 'owner/model', revision: 'a b' }, 'revision'],
])('a hub cannot have %j, and the field is named', (source, field) => {
  expect(newModel.safeParse(body(source)).error?.issues.map(({ path }) => path)).toEqual([['source', field]]);
});
