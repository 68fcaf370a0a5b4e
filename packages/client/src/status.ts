import type { ServerStatistics, ServerStatus } from '@tessera/contracts';
import type { Transport } from './transport.ts';

/** What goes on at the server. */
export interface StatusCalls {
  /** Queues, hosts, health and features. */
  status(): Promise<ServerStatus>;
  /** What happened by model and hour, over the last `hours` (24). */
  statistics(filter?: { readonly model?: string; readonly hours?: number }): Promise<ServerStatistics>;
}

export function statusCalls(send: Transport): StatusCalls {
  return {
    async status() {
      return (await (await send({ path: '/v1/status' })).json()) as ServerStatus;
    },
    async statistics(filter = {}) {
      return (await (await send({ path: '/v1/statistics', query: filter })).json()) as ServerStatistics;
    },
  };
}
