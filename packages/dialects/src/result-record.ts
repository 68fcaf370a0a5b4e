import { decodeSafetensors, type JsonObject, type TaskResult } from '@tessera/contracts';

/** A result as it is stored: its fields as JSON text, its tensors as safetensors bytes. */
export interface ResultRecord {
  readonly fieldsText: string;
  readonly tensors: Uint8Array | null;
  readonly warnings: readonly string[];
}

/** The result a record holds. */
export function openRecord(record: ResultRecord): TaskResult {
  return {
    fields: JSON.parse(record.fieldsText) as JsonObject,
    tensors: record.tensors ? decodeSafetensors(record.tensors) : {},
    warnings: record.warnings,
  };
}
