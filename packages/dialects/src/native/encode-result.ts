import { decodeSafetensors, type TaskView, type TensorEncoding } from '@tessera/contracts';
import { encodeTensors } from '../arrays/encode-tensors.ts';
import type { WireResponse } from '../dialect.ts';
import type { ResultRecord } from '../result-record.ts';

const none: Uint8Array = new Uint8Array(0);

/** A result as JSON text. The stored fields are JSON text already and are passed through unread. */
export function resultText(view: TaskView, record: ResultRecord, encoding: TensorEncoding): string {
  const head = JSON.stringify({ taskId: view.taskId, model: view.model, task: view.task });
  const tail = JSON.stringify({
    tensorEncoding: encoding,
    tensors: tensorsOf(record.tensors, encoding),
    warnings: record.warnings,
  });
  return `${head.slice(0, -1)},"fields":${record.fieldsText},${tail.slice(1)}`;
}

function tensorsOf(bytes: Uint8Array | null, encoding: TensorEncoding): unknown {
  if (encoding === 'safetensors') return Buffer.from(bytes ?? none).toString('base64');
  return bytes ? encodeTensors(decodeSafetensors(bytes), encoding) : {};
}

/** The reply of GET /v1/tasks/{id}/result: JSON, or the stored safetensors file as it is. */
export function encodeNativeResult(
  view: TaskView,
  record: ResultRecord,
  form: TensorEncoding | 'file',
): WireResponse {
  if (form === 'file')
    return {
      status: 200,
      body: { kind: 'bytes', type: 'application/octet-stream', value: record.tensors ?? none },
    };
  return {
    status: 200,
    body: { kind: 'json-text', type: 'application/json', value: resultText(view, record, form) },
  };
}
