import { modelEntry, modelList, modelPatch, newModel } from '@tessera/contracts';
import { defineRoutes } from '../../routes/route.ts';

/** /v1/models: the catalogue. Identifiers contain slashes: `/v1/models/owner/name`, escaped or not. */
export const modelRoutes = defineRoutes({
  models: {
    methods: ['GET'],
    path: '/models',
    role: 'reader',
    summary: 'The models there are',
    tag: 'models',
    replies: { 200: { text: 'All of them.', schema: modelList } },
  },
  'model-create': {
    methods: ['POST'],
    path: '/models',
    role: 'admin',
    summary: 'Add a model from a folder or the hub',
    tag: 'models',
    body: {
      schema: newModel,
      examples: {
        fromAFolder: { identifier: 'my/model', source: { kind: 'folder', path: '/srv/models/my-model' } },
        fromTheHub: { identifier: 'owner/name', source: { kind: 'hub', repository: 'owner/name' } },
      },
    },
    replies: { 201: { text: 'It is in the catalogue and loads on first use.', schema: modelEntry } },
    errors: ['MODEL_EXISTS'],
  },
  model: {
    methods: ['GET'],
    path: '/models/{identifier}',
    role: 'reader',
    summary: 'One model',
    tag: 'models',
    replies: { 200: { text: 'The model.', schema: modelEntry } },
    errors: ['MODEL_UNKNOWN'],
  },
  'model-change': {
    methods: ['PATCH'],
    path: '/models/{identifier}',
    role: 'admin',
    summary: 'Change settings; the next batch sees them',
    tag: 'models',
    body: { schema: modelPatch, examples: { smallerBatches: { batchSize: 8 } } },
    replies: { 200: { text: 'The model now.', schema: modelEntry } },
    errors: ['MODEL_UNKNOWN'],
  },
  'model-remove': {
    methods: ['DELETE'],
    path: '/models/{identifier}',
    role: 'admin',
    summary: 'Remove a model from the catalogue',
    tag: 'models',
    replies: { 204: { text: 'It is gone.' } },
    errors: ['MODEL_UNKNOWN'],
  },
});
