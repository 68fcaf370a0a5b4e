import type { CreatedKey, KeyView, NewKey } from '@tessera/contracts';
import type { Signalled } from './tasks.ts';
import type { Transport } from './transport.ts';

/** /v1/keys, for administrators. */
export interface KeyCalls {
  list(options?: Signalled): Promise<readonly KeyView[]>;
  /** `secret` can be read here and never again. */
  create(key: NewKey, options?: Signalled): Promise<CreatedKey>;
  revoke(id: string, options?: Signalled): Promise<void>;
}

export function keyCalls(send: Transport): KeyCalls {
  return {
    async list({ signal } = {}) {
      const response = await send({ path: '/v1/keys', signal });
      return ((await response.json()) as { keys: KeyView[] }).keys;
    },
    async create(key, { signal } = {}) {
      const response = await send({ method: 'POST', path: '/v1/keys', body: key, signal });
      return (await response.json()) as CreatedKey;
    },
    async revoke(id, { signal } = {}) {
      await send({ method: 'DELETE', path: `/v1/keys/${encodeURIComponent(id)}`, signal });
    },
  };
}
