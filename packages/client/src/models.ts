import type { ModelEntry, ModelPatch, NewModel } from '@tessera/contracts';
import { identifierPath, type Transport } from './transport.ts';

/** /v1/models. */
export interface ModelCalls {
  list(): Promise<readonly ModelEntry[]>;
  get(identifier: string): Promise<ModelEntry>;
  create(model: NewModel): Promise<ModelEntry>;
  /** Changes what is present; the next batch sees it. */
  update(identifier: string, patch: ModelPatch): Promise<ModelEntry>;
  remove(identifier: string): Promise<void>;
}

export function modelCalls(send: Transport): ModelCalls {
  const path = (identifier: string): string => `/v1/models/${identifierPath(identifier)}`;
  const read = async (response: Promise<Response>): Promise<ModelEntry> =>
    (await (await response).json()) as ModelEntry;
  return {
    async list() {
      const response = await send({ path: '/v1/models' });
      return ((await response.json()) as { models: ModelEntry[] }).models;
    },
    get: (identifier) => read(send({ path: path(identifier) })),
    create: (model) => read(send({ method: 'POST', path: '/v1/models', body: model })),
    update: (identifier, patch) => read(send({ method: 'PATCH', path: path(identifier), body: patch })),
    async remove(identifier) {
      await send({ method: 'DELETE', path: path(identifier) });
    },
  };
}
