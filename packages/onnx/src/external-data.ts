import { createHash } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  existsSync,
  linkSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { isAbsolute, join, normalize } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { AppError } from '@tessera/base';
import type { ExternalData, Model } from './model.ts';
import { TensorProtoSchema } from './proto.ts';
import { isExternal, type Tensor } from './tensor.ts';

/** The tensor with its bytes inside: itself when they are, else a copy read from the external file. */
export function resolveTensor(external: ExternalData, tensor: Tensor): Tensor {
  if (!isExternal(tensor)) return tensor;
  const fields = new Map(tensor.externalData.map(({ key, value }) => [key, value]));
  const location = fields.get('location') ?? '';
  const offset = Number(fields.get('offset') ?? 0);
  const length = fields.has('length') ? Number(fields.get('length')) : undefined;
  const rawData = readSlice(external, location, offset, length);
  return Object.assign(create(TensorProtoSchema), tensor, {
    rawData,
    externalData: [],
    dataLocation: 0,
  });
}

/** The locations of all external files a model refers to. */
export function externalLocations(model: Model): string[] {
  const tensors = model.proto.graph?.initializer.filter(isExternal) ?? [];
  const locations = tensors.map(
    (tensor) => tensor.externalData.find(({ key }) => key === 'location')?.value ?? '',
  );
  return [...new Set(locations)];
}

/**
 * The external files as onnxruntime's session option `externalData` wants them when a model is given as
 * bytes.
 */
export function externalFiles(model: Model): { path: string; data: Uint8Array }[] {
  return externalLocations(model).map((path) => ({
    path,
    data: model.external.files.get(path) ?? new Uint8Array(readFileSync(pathOf(model.external, path))),
  }));
}

/**
 * Puts the external files of `model` next to a model file in `directory`: linked when possible, else copied.
 */
export function placeExternalFiles(model: Model, directory: string): void {
  for (const location of externalLocations(model)) {
    const target = join(directory, location);
    const bytes = model.external.files.get(location);
    if (bytes) writeFileSync(target, bytes);
    else linkOrCopy(pathOf(model.external, location), target);
  }
}

function linkOrCopy(source: string, target: string): void {
  if (existsSync(target)) {
    if (sameContent(source, target)) return;
    throw invalid(
      `"${target}" exists and is not the model's data file. Choose another folder for the output`,
    );
  }
  try {
    linkSync(source, target);
  } catch {
    copyFileSync(source, target);
  }
}

function sameContent(a: string, b: string): boolean {
  const [one, other] = [statSync(a), statSync(b)];
  if (one.ino === other.ino && one.dev === other.dev) return true;
  return one.size === other.size && digest(a).equals(digest(b));
}

function digest(path: string): Buffer {
  const hash = createHash('sha256');
  const chunk = new Uint8Array(2 ** 24);
  const file = openSync(path, 'r');
  try {
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk))
      hash.update(chunk.subarray(0, read));
  } finally {
    closeSync(file);
  }
  return hash.digest();
}

function readSlice(external: ExternalData, location: string, offset: number, length?: number): Uint8Array {
  const bytes = external.files.get(location);
  if (bytes) return bytes.subarray(offset, length === undefined ? undefined : offset + length);
  const path = pathOf(external, location);
  const slice = new Uint8Array(length ?? statSync(path).size - offset);
  const file = openSync(path, 'r');
  try {
    for (let done = 0; done < slice.byteLength; ) {
      const read = readSync(file, slice, done, Math.min(slice.byteLength - done, 2 ** 30), offset + done);
      if (read === 0) throw invalid(`"${path}" is shorter than the model says`);
      done += read;
    }
  } finally {
    closeSync(file);
  }
  return slice;
}

/** A location is a relative path below the model's folder; anything else is refused, as onnxruntime does. */
function pathOf(external: ExternalData, location: string): string {
  const clean = normalize(location);
  if (isAbsolute(clean) || clean.startsWith('..'))
    throw invalid(`external data at "${location}" lie outside the model's folder`);
  const path = external.directory === undefined ? undefined : join(external.directory, clean);
  if (!path || !existsSync(path))
    throw invalid(`the external data file "${location}" is missing. Put it next to the model`);
  return path;
}

function invalid(problem: string): AppError {
  return new AppError('ONNX_INVALID', { detail: { problem: `${problem}.` } });
}
