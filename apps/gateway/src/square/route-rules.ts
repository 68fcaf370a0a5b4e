import type { Role } from '@tessera/contracts';
import type { RouteKind } from './match-path.ts';

interface RouteRule {
  readonly methods: readonly string[];
  /** Null lets everybody in, key or not. */
  readonly role: Role | null;
  /** Whether the handler reads a JSON body; others ignore whatever is sent (contract-square §1.8 #20). */
  readonly body: boolean;
}

const get = (role: Role | null): RouteRule => ({ methods: ['GET'], role, body: false });
// The server has POST and DELETE, the client sends PATCH (contract-square §1.8 #4).
const scale: RouteRule = { methods: ['POST', 'PATCH', 'DELETE'], role: 'caller', body: false };

/** Who may do what on the SQuARE routes, and how. Owners of models are checked by the handlers. */
export const routeRules: Readonly<Record<RouteKind, RouteRule>> = {
  heartbeat: get(null),
  openapi: get(null),
  'model-heartbeat': get(null),
  prediction: { methods: ['POST'], role: 'caller', body: true },
  'task-result': get('reader'),
  stats: get('reader'),
  update: { methods: ['POST'], role: 'caller', body: true },
  'deployed-models': get('reader'),
  'deployed-model-workers': get('reader'),
  'models-health': get('reader'),
  'model-health': get('reader'),
  explainers: get('reader'),
  tasks: get('reader'),
  deploy: { methods: ['POST'], role: 'caller', body: true },
  remove: { methods: ['DELETE'], role: 'caller', body: false },
  'manager-update': { methods: ['PATCH'], role: 'caller', body: true },
  'add-worker': scale,
  'remove-worker': scale,
  'db-update': { methods: ['PUT'], role: 'admin', body: false },
  'db-deploy': { methods: ['POST'], role: 'caller', body: false },
};
