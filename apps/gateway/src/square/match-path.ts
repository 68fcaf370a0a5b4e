import { type TaskName, taskNames } from '@tessera/contracts';

/** What a path under /api asks for. */
export type SquareRoute =
  | { readonly kind: 'heartbeat' | 'openapi' | 'explainers' | 'tasks' | 'deploy' | 'db-update' }
  | { readonly kind: 'deployed-models' | 'deployed-model-workers' | 'models-health' }
  | { readonly kind: 'task-result'; readonly taskId: string }
  | { readonly kind: 'prediction'; readonly identifier: string; readonly task: TaskName }
  | { readonly kind: 'stats' | 'update' | 'model-heartbeat'; readonly identifier: string }
  | { readonly kind: 'model-health' | 'remove' | 'manager-update'; readonly identifier: string }
  | { readonly kind: 'db-deploy'; readonly identifier: string | null }
  | {
      readonly kind: 'add-worker' | 'remove-worker';
      readonly identifier: string;
      readonly count: number;
    };

export type RouteKind = SquareRoute['kind'];

// Names of other services behind the same host: no model of the legacy form may answer for them (contract-square §1.1).
const reserved: ReadonlySet<string> = new Set([
  'main',
  'models',
  'skill-manager',
  'datastores',
  'evaluator',
  'sensitivity',
  'replicate',
  'auth',
  'openapi.json',
  'task_result',
  'health',
]);
const tasks: ReadonlySet<string> = new Set(taskNames);

/**
 * Reads a path below /api in all of SQuARE's identifier forms (contract-square §1.1): one segment, two segments, `%2F`, and one
 * segment with the query's hf_username. Null for what is no route. Throws URIError for a stray "%".
 */
export function matchSquarePath(path: string, hfUsername: string | null): SquareRoute | null {
  const segments = path
    .split('/')
    .flatMap((segment) => decodeURIComponent(segment).split('/'))
    .filter((segment) => segment !== '');
  const [first, ...rest] = segments;
  const named = (parts: readonly string[]): string | null => identifierOf(parts, hfUsername);
  if (first === 'main') return matchInference(rest, named);
  if (first === 'models') return matchManager(rest, named);
  if (first === undefined || reserved.has(first)) return null;
  return matchLegacy(segments, named);
}

type Named = (parts: readonly string[]) => string | null;

function identifierOf(parts: readonly string[], hfUsername: string | null): string | null {
  const [one, two] = parts;
  if (one === undefined || parts.length > 2) return null;
  if (two !== undefined) return `${one}/${two}`;
  return hfUsername ? `${hfUsername}/${one}` : one;
}

/** /api/main/… */
function matchInference(parts: readonly string[], named: Named): SquareRoute | null {
  const [first, second] = parts;
  if (first === 'openapi.json' && parts.length === 1) return { kind: 'openapi' };
  if (first === 'task_result')
    return second !== undefined && parts.length === 2 ? { kind: 'task-result', taskId: second } : null;
  if (first === 'health') return second === 'heartbeat' && parts.length === 2 ? { kind: 'heartbeat' } : null;
  return matchModel(parts, named);
}

/** {identifier}/{task | stats | update | health/heartbeat} */
function matchModel(parts: readonly string[], named: Named): SquareRoute | null {
  const last = parts.at(-1) ?? '';
  if (last === 'heartbeat' && parts.at(-2) === 'health') {
    const identifier = named(parts.slice(0, -2));
    return identifier === null ? null : { kind: 'model-heartbeat', identifier };
  }
  const identifier = named(parts.slice(0, -1));
  if (identifier === null) return null;
  if (last === 'stats' || last === 'update') return { kind: last, identifier };
  return tasks.has(last) ? { kind: 'prediction', identifier, task: last as TaskName } : null;
}

/** /api/{identifier}/…: one container per model, in SQuARE's early days and in its load test. */
function matchLegacy(parts: readonly string[], named: Named): SquareRoute | null {
  const taskId = parts.at(-1);
  if (parts.at(-2) === 'task_result' && taskId !== undefined && parts.length <= 4)
    return { kind: 'task-result', taskId };
  return matchModel(parts, named);
}

const managerWords: ReadonlyMap<string, SquareRoute> = new Map(
  Object.entries({
    'health/heartbeat': { kind: 'heartbeat' },
    'openapi.json': { kind: 'openapi' },
    'deployed-models': { kind: 'deployed-models' },
    'deployed-model-workers': { kind: 'deployed-model-workers' },
    health: { kind: 'models-health' },
    'deployed-models-health': { kind: 'models-health' },
    explainers: { kind: 'explainers' },
    deploy: { kind: 'deploy' },
    task: { kind: 'tasks' },
    'db/update': { kind: 'db-update' },
    'db/deploy': { kind: 'db-deploy', identifier: null },
  } satisfies Record<string, SquareRoute>),
);

/** /api/models/… */
function matchManager(parts: readonly string[], named: Named): SquareRoute | null {
  const [first, second] = parts;
  const fixed = managerWords.get(parts.join('/'));
  // db/deploy names its model in the query, too.
  if (fixed) return fixed;
  if (first === 'task_result')
    return second !== undefined && parts.length === 2 ? { kind: 'task-result', taskId: second } : null;
  if (first === 'remove' || first === 'update') {
    const identifier = named(parts.slice(1));
    if (identifier === null) return null;
    return { kind: first === 'remove' ? 'remove' : 'manager-update', identifier };
  }
  if (first === 'db' && second === 'deploy') {
    const identifier = named(parts.slice(2));
    return identifier === null ? null : { kind: 'db-deploy', identifier };
  }
  return matchManagedModel(parts, named);
}

/** {identifier}/{health | add_worker/{n} | remove_worker/{n}} */
function matchManagedModel(parts: readonly string[], named: Named): SquareRoute | null {
  const last = parts.at(-1) ?? '';
  if (last === 'health') {
    const identifier = named(parts.slice(0, -1));
    return identifier === null ? null : { kind: 'model-health', identifier };
  }
  const verb = parts.at(-2);
  if ((verb !== 'add_worker' && verb !== 'remove_worker') || !/^\d{1,4}$/.test(last)) return null;
  const identifier = named(parts.slice(0, -2));
  if (identifier === null) return null;
  return { kind: verb === 'add_worker' ? 'add-worker' : 'remove-worker', identifier, count: Number(last) };
}
