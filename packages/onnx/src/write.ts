import { writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { toBinary } from '@bufbuild/protobuf';
import { placeExternalFiles } from './external-data.ts';
import type { Model } from './model.ts';
import { ModelProtoSchema } from './proto.ts';

/**
 * Serialises a model. External tensors stay external: give `externalFiles(model)` to the session, or use
 * saveModel.
 */
export function encodeModel(model: Model): Uint8Array {
  return toBinary(ModelProtoSchema, model.proto);
}

/** Writes a model file and puts the external data files it refers to beside it. */
export function saveModel(model: Model, path: string): void {
  placeExternalFiles(model, dirname(resolve(path)));
  writeFileSync(path, encodeModel(model));
}
