import { type ModelEntry, taskNames } from '@tessera/contracts';

/** A model that can do every task, for tests of decoding. */
export function modelEntry(changes: Partial<ModelEntry> = {}): ModelEntry {
  return {
    identifier: 'owner/model',
    source: { kind: 'folder', path: '/models/owner/model' },
    modelType: 'onnx',
    modelName: 'owner/model',
    modelClass: 'from_config',
    tasks: [...taskNames],
    labels: { '0': 'no', '1': 'yes' },
    batchSize: 8,
    maxInput: 50,
    disableGpu: true,
    returnPlaintextArrays: false,
    onnxUseQuantized: false,
    isEncoderDecoder: false,
    preloadedAdapters: true,
    capabilities: [],
    owner: 'local',
    replicas: 1,
    state: 'ready',
    error: null,
    warnings: [],
    sha256: null,
    version: 1,
    ...changes,
  };
}

export const everyFeature = { explain: true, attack: true, generation: true, adapters: true };
export const noFeature = { explain: false, attack: false, generation: false, adapters: false };
