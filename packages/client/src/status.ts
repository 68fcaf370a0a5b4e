import type { ServerStatistics, ServerStatus } from '@tessera/contracts';
import type { Signalled } from './tasks.ts';
import type { Transport } from './transport.ts';

/** What goes on at the server. */
export interface StatusCalls {
  /** Queues, hosts, health and features. */
  status(options?: Signalled): Promise<ServerStatus>;
  /** What happened by model and hour, over the last `hours` (24). */
  statistics(
    filter?: { readonly model?: string; readonly hours?: number },
    options?: Signalled,
  ): Promise<ServerStatistics>;
}

export function statusCalls(send: Transport): StatusCalls {
  return {
    async status({ signal } = {}) {
      return (await (await send({ path: '/v1/status', signal })).json()) as ServerStatus;
    },
    async statistics(filter = {}, { signal } = {}) {
      return (await (
        await send({ path: '/v1/statistics', query: filter, signal })
      ).json()) as ServerStatistics;
    },
  };
}
