import type { ModelEntry, ModelPatch, NewModel } from '@tessera/contracts';
import type { Signalled } from './tasks.ts';
import { identifierPath, type Transport } from './transport.ts';

/** /v1/models. */
export interface ModelCalls {
  list(options?: Signalled): Promise<readonly ModelEntry[]>;
  get(identifier: string, options?: Signalled): Promise<ModelEntry>;
  create(model: NewModel, options?: Signalled): Promise<ModelEntry>;
  /** Changes what is present; the next batch sees it. */
  update(identifier: string, patch: ModelPatch, options?: Signalled): Promise<ModelEntry>;
  remove(identifier: string, options?: Signalled): Promise<void>;
}

export function modelCalls(send: Transport): ModelCalls {
  const path = (identifier: string): string => `/v1/models/${identifierPath(identifier)}`;
  const read = async (response: Promise<Response>): Promise<ModelEntry> =>
    (await (await response).json()) as ModelEntry;
  return {
    async list({ signal } = {}) {
      const response = await send({ path: '/v1/models', signal });
      return ((await response.json()) as { models: ModelEntry[] }).models;
    },
    get: (identifier, { signal } = {}) => read(send({ path: path(identifier), signal })),
    create: (model, { signal } = {}) =>
      read(send({ method: 'POST', path: '/v1/models', body: model, signal })),
    update: (identifier, patch, { signal } = {}) =>
      read(send({ method: 'PATCH', path: path(identifier), body: patch, signal })),
    async remove(identifier, { signal } = {}) {
      await send({ method: 'DELETE', path: path(identifier), signal });
    },
  };
}
