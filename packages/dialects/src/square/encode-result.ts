import {
  decodeSafetensors,
  type Json,
  type JsonObject,
  type ResultFields,
  type TaskName,
} from '@tessera/contracts';
import { encodeTensors } from '../arrays/encode-tensors.ts';
import type { ResultRecord } from '../result-record.ts';
import { encodeAdversarial } from './encode-adversarial.ts';
import { encodeExplanation, encodeRowAttributions } from './encode-explanation.ts';
import { encodePrediction, resultDefaults } from './encode-prediction.ts';
import { squareWarning } from './field-names.ts';
import { padSliders } from './pad-sliders.ts';

interface Form {
  readonly task: TaskName;
  /** Whether tensors are .npy files or lists. */
  readonly encoded: boolean;
}

/**
 * A result as SQuARE words it: `model_outputs` with every leaf encoded, the flag that says how, and every
 * field of the task (docs/square-wire.md#arrays, #results). Warnings, when there are any, stand beside them;
 * SQuARE's clients ignore the field.
 */
export function encodeResult(record: ResultRecord, { task, encoded }: Form): Json {
  const { fields, tensors, warnings } = squareResult(record, task);
  return {
    model_outputs: encodeTensors(tensors, encoded ? 'npy' : 'list'),
    model_output_is_encoded: encoded,
    ...resultDefaults[task],
    ...fields,
    ...(warnings.length > 0 ? { warnings: warnings.map(squareWarning) } : {}),
  };
}

function squareResult({ version, fieldsText, tensors: bytes, warnings }: ResultRecord, task: TaskName) {
  const tensors = bytes ? decodeSafetensors(bytes) : {};
  if (version === 1) return { fields: JSON.parse(fieldsText) as JsonObject, tensors, warnings };
  const result = padSliders({ fields: JSON.parse(fieldsText) as ResultFields, tensors, warnings });
  return { ...result, fields: squareFields(result.fields, task) };
}

function squareFields(fields: ResultFields, task: TaskName): JsonObject {
  // A dataset is measured by the native API alone; who asks for its task here gets the report as it is.
  if ('evaluation' in fields) return { evaluation: fields.evaluation as unknown as JsonObject };
  const { explanation, attack } = fields;
  return {
    ...encodePrediction(fields, task),
    ...(attack && encodeAdversarial(attack)),
    ...(explanation && (attack ? encodeRowAttributions(explanation) : encodeExplanation(explanation, task))),
  };
}
