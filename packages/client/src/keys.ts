import type { CreatedKey, KeyView, NewKey } from '@tessera/contracts';
import type { Transport } from './transport.ts';

/** /v1/keys, for administrators. */
export interface KeyCalls {
  list(): Promise<readonly KeyView[]>;
  /** `secret` can be read here and never again. */
  create(key: NewKey): Promise<CreatedKey>;
  revoke(id: string): Promise<void>;
}

export function keyCalls(send: Transport): KeyCalls {
  return {
    async list() {
      const response = await send({ path: '/v1/keys' });
      return ((await response.json()) as { keys: KeyView[] }).keys;
    },
    async create(key) {
      const response = await send({ method: 'POST', path: '/v1/keys', body: key });
      return (await response.json()) as CreatedKey;
    },
    async revoke(id) {
      await send({ method: 'DELETE', path: `/v1/keys/${encodeURIComponent(id)}` });
    },
  };
}
