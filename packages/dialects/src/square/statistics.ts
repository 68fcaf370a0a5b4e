import { AppError } from '@tessera/base';
import type { Json, ModelEntry, ModelUpdate } from '@tessera/contracts';
import { type JsonRecord, readBody, readBoolean, readInteger } from './coerce.ts';

/**
 * ModelStatistics (docs/square-wire.md#inference-routes). Warnings stand beside SQuARE's fields when there
 * are any.
 */
export function encodeStatistics(model: ModelEntry): Json {
  return {
    model_type: model.modelType,
    model_name: model.modelName,
    batch_size: model.batchSize,
    max_input: model.maxInput,
    model_class: model.modelClass,
    disable_gpu: model.disableGpu,
    return_plaintext_arrays: model.returnPlaintextArrays,
    preloaded_adapters: model.preloadedAdapters,
    transformers_cache: '.cache',
    model_path: null,
    decoder_path: null,
    onnx_use_quantized: model.onnxUseQuantized,
    is_encoder_decoder: model.isEncoderDecoder,
    ...(model.warnings.length > 0 ? { warnings: model.warnings } : {}),
  };
}

/** UpdateModel: absent and null both leave a setting as it is (SQuARE wrote null over it). */
export function decodeUpdate(body: unknown, model: ModelEntry): ModelUpdate {
  const record = readBody(body);
  const disableGpu = optional(record, 'disable_gpu', readBoolean);
  const gpuIsFixed = model.modelType === 'onnx' || model.modelType === 'sentence-transformer';
  if (gpuIsFixed && disableGpu !== undefined && disableGpu !== model.disableGpu)
    throw new AppError('MODEL_UPDATE_REFUSED', {
      detail: { problem: "Can't change gpu setting for the model" },
    });
  const positive = (value: unknown, field: string): number =>
    readInteger(value, field, { min: 1, max: 100_000 });
  const batchSize = optional(record, 'batch_size', positive);
  const maxInput = optional(record, 'max_input', positive);
  const returnPlaintextArrays = optional(record, 'return_plaintext_arrays', readBoolean);
  return {
    ...(disableGpu === undefined ? {} : { disableGpu }),
    ...(batchSize === undefined ? {} : { batchSize }),
    ...(maxInput === undefined ? {} : { maxInput }),
    ...(returnPlaintextArrays === undefined ? {} : { returnPlaintextArrays }),
  };
}

function optional<T>(
  record: JsonRecord,
  name: string,
  read: (value: unknown, field: string) => T,
): T | undefined {
  const value = record[name];
  return value === undefined || value === null ? undefined : read(value, `body.${name}`);
}
