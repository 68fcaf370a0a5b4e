import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { AppError } from '@tessera/base';
import type { Model } from './model.ts';
import { ModelProtoSchema } from './proto.ts';

export interface LoadOptions {
  /**
   * Bytes of external data files by the location the model writes; needed when the model itself is given as
   * bytes.
   */
  readonly externalData?: Readonly<Record<string, Uint8Array>>;
}

/**
 * Reads an ONNX model from a file or from bytes. Weights are views of the bytes read, not copies; external
 * data stay in their files until a pass needs them. Throws ONNX_INVALID.
 */
export function loadModel(source: string | Uint8Array, options: LoadOptions = {}): Model {
  const bytes = typeof source === 'string' ? readFile(source) : source;
  const proto = decode(bytes);
  if (!proto.graph || proto.opsetImport.length === 0)
    throw invalid('it has no graph or imports no operator set');
  const directory = typeof source === 'string' ? dirname(resolve(source)) : undefined;
  return { proto, external: { directory, files: new Map(Object.entries(options.externalData ?? {})) } };
}

function readFile(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw invalid(
      `"${path}" cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown error'})`,
      cause,
    );
  }
}

function decode(bytes: Uint8Array) {
  try {
    return fromBinary(ModelProtoSchema, bytes);
  } catch (cause) {
    throw invalid('its bytes are not a serialised ModelProto', cause);
  }
}

function invalid(problem: string, cause?: unknown): AppError {
  return new AppError('ONNX_INVALID', { detail: { problem: `${problem}.` }, cause });
}
