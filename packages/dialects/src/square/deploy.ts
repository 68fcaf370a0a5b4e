import {
  type ModelClass,
  type ModelEntry,
  type ModelType,
  modelClasses,
  modelTypes,
  newModelIdentifier,
} from '@tessera/contracts';
import { checkText, defaultTextLimits, invalid } from '../text-limits.ts';
import { type JsonRecord, readBody, readBoolean, readInteger, readString } from './coerce.ts';
import { shownKey } from './kwargs.ts';

/** A deploy as the catalogue needs it; where the files come from is the gateway's to decide. */
export type Deploy = Pick<
  ModelEntry,
  | 'identifier'
  | 'modelName'
  | 'modelType'
  | 'modelClass'
  | 'disableGpu'
  | 'batchSize'
  | 'maxInput'
  | 'onnxUseQuantized'
  | 'isEncoderDecoder'
  | 'returnPlaintextArrays'
  | 'preloadedAdapters'
>;

/**
 * DeployRequest (docs/square-wire.md#manager-routes): only a model name is needed; unknown fields are
 * ignored. Throws INPUT_INVALID.
 */
export function decodeDeploy(body: unknown): Deploy {
  const record = readBody(body);
  const text = (name: string, fallback: string): string => {
    const value = record[name];
    if (value === undefined || value === null) return fallback;
    const read = readString(value, `body.${name}`);
    checkText(read, `body.${name}`, defaultTextLimits);
    return read;
  };
  const modelName = text('model_name', '');
  if (modelName === '') throw invalid('body.model_name', 'field required', 'value_error.missing');
  const identifier = text('identifier', '') || modelName;
  checkName(modelName, 'body.model_name');
  checkName(identifier, 'body.identifier');
  return {
    identifier,
    modelName,
    modelType: pick(modelTypes, text('model_type', '') || 'auto', 'body.model_type') as ModelType,
    modelClass: readClass(text('model_class', '') || 'from_config'),
    ...readFlags(record),
    batchSize: positive(record, 'batch_size', 32),
    maxInput: positive(record, 'max_input', 512),
  };
}

type Flag =
  | 'disableGpu'
  | 'onnxUseQuantized'
  | 'isEncoderDecoder'
  | 'returnPlaintextArrays'
  | 'preloadedAdapters';

function readFlags(record: JsonRecord): Pick<Deploy, Flag> {
  const flag = (name: string, fallback: boolean): boolean => {
    const value = record[name];
    return value === undefined || value === null ? fallback : readBoolean(value, `body.${name}`);
  };
  return {
    disableGpu: flag('disable_gpu', true),
    onnxUseQuantized: flag('onnx_use_quantized', false),
    isEncoderDecoder: flag('is_encoder_decoder', false),
    returnPlaintextArrays: flag('return_plaintext_arrays', false),
    preloadedAdapters: flag('preloaded_adapters', true),
  };
}

function positive(record: JsonRecord, name: string, fallback: number): number {
  const value = record[name];
  return value === undefined || value === null
    ? fallback
    : readInteger(value, `body.${name}`, { min: 1, max: 100_000 });
}

/**
 * The exporter spells classes with hyphens and knows `default`; everything else spells them with underscores.
 */
function readClass(name: string): ModelClass {
  const spelled = name === 'default' ? 'from_config' : name.replaceAll('-', '_');
  return pick(modelClasses, spelled, 'body.model_class') as ModelClass;
}

function pick(values: readonly string[], value: string, field: string): string {
  if (!values.includes(value))
    throw invalid(field, `"${shownKey(value)}" is none of ${values.join(', ')}`, 'type_error.enum');
  return value;
}

function checkName(name: string, field: string): void {
  const parsed = newModelIdentifier.safeParse(name);
  if (!parsed.success) throw invalid(field, parsed.error.issues[0]!.message);
}
