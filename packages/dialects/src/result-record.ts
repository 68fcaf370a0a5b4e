/**
 * A result as it is stored: its fields as JSON text, its tensors as safetensors bytes. In version 2 the
 * fields are `ResultFields` of contracts; version 1 had them under SQuARE's names, and such rows are read
 * until they expire.
 */
export interface ResultRecord {
  readonly version: number;
  readonly fieldsText: string;
  readonly tensors: Uint8Array | null;
  readonly warnings: readonly string[];
}
