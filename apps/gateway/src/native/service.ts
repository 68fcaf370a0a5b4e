import { batchEdges, explainCatalogue, latencyEdgesMs, statisticsFilter } from '@tessera/contracts';
import { parse } from '@tessera/dialects';
import { sightOf } from '../access.ts';
import type { GatewayDeps } from '../gateway-deps.ts';
import { jsonText } from '../http/json-text.ts';
import type { NativeHandler } from './call.ts';

/** GET /v1/status: queues, hosts and health; whoever is no administrator sees its own tasks and no hosts. */
export function showStatus({ jobs, features }: GatewayDeps): NativeHandler<'status'> {
  return async ({ identity }) => {
    const caller = sightOf(identity);
    const [counts, hosts, health] = await Promise.all([
      jobs.counts(caller),
      caller === null ? jobs.hosts.list() : [],
      jobs.health(),
    ]);
    return jsonText(200, { counts, hosts, health, features });
  };
}

/** GET /v1/statistics: what happened, by model and hour. */
export function showStatistics({ jobs }: GatewayDeps): NativeHandler<'statistics'> {
  return async ({ request }) => {
    const { model, hours } = parse(statisticsFilter, request.query);
    const rows = await jobs.statistics.read({ ...(model ? { model } : {}), sinceHours: hours });
    return jsonText(200, { hours: rows, latencyEdgesMs, batchEdges });
  };
}

/** GET /v1/explainers: methods and what each needs of a model. */
export const listExplainers: NativeHandler<'explainers'> = () =>
  jsonText(200, { explainers: explainCatalogue });
