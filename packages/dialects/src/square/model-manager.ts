import { explainCatalogue, type Json, type ModelEntry } from '@tessera/contracts';

/** A line of `deployed-models` (docs/square-wire.md#manager-routes). */
export function encodeDeployedModel(model: ModelEntry): Json {
  return {
    identifier: model.identifier,
    model_type: model.modelType,
    model_name: model.modelName,
    disable_gpu: model.disableGpu,
    batch_size: model.batchSize,
    max_input: model.maxInput,
    model_class: model.modelClass,
    return_plaintext_arrays: model.returnPlaintextArrays,
  };
}

/**
 * Whether a model answers: true, false for one that could not be loaded, null for one that no host has loaded
 * yet. A model that was put aside while idle counts as alive: the next job brings it back.
 */
export function isAlive(model: ModelEntry): boolean | null {
  if (model.state === 'failed') return false;
  return model.state === 'ready' || model.capabilities.length > 0 ? true : null;
}

// SQuARE's own list and order; bertviz is absent there (docs/square-wire.md#manager-routes).
const shown = ['simple_grads', 'integrated_grads', 'smooth_grads', 'attention', 'scaled_attention'] as const;

/** The list of `explainers`. */
export function encodeExplainers(): Json {
  return shown.map((identifier) => ({
    identifier,
    method_name: explainCatalogue[identifier].title,
    description: explainCatalogue[identifier].description,
  }));
}

/**
 * A running deploy as an item of `task`: exactly the name and the arguments SQuARE's client looks for
 * (docs/square-wire.md#client-traps 5).
 */
export function encodeDeployTask(model: ModelEntry, taskId: string): Json {
  return {
    id: taskId,
    name: 'tasks.tasks.deploy_task',
    args: [
      {
        USER_ID: model.owner,
        IDENTIFIER: model.identifier,
        UUID: taskId,
        MODEL_NAME: model.modelName,
        ONNX_USE_QUANTIZED: model.onnxUseQuantized,
        IS_ENCODER_DECODER: model.isEncoderDecoder,
        MODEL_TYPE: model.modelType,
        MODEL_CLASS: model.modelClass,
        DISABLE_GPU: model.disableGpu,
        BATCH_SIZE: model.batchSize,
        MAX_INPUT_SIZE: model.maxInput,
        RETURN_PLAINTEXT_ARRAYS: model.returnPlaintextArrays,
        PRELOADED_ADAPTERS: model.preloadedAdapters,
      },
    ],
  };
}
