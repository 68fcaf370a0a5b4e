import type { ModelProto } from './proto.ts';

/** An ONNX model: its message, and where the bytes of external tensors are found. Treated as immutable. */
export interface Model {
  readonly proto: ModelProto;
  readonly external: ExternalData;
}

/**
 * External tensor files, by the location that the model writes: given as bytes, or read from a folder when
 * needed.
 */
export interface ExternalData {
  readonly directory?: string | undefined;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** The version of an operator set the model imports; 0 when it does not. */
export function opsetVersion(proto: ModelProto, domain = ''): number {
  const found = proto.opsetImport.find(
    (entry) => entry.domain === domain || (domain === '' && entry.domain === 'ai.onnx'),
  );
  return Number(found?.version ?? 0);
}
