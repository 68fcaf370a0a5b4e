import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@tessera/base';
import { transformerPath } from './sentence/read-modules.ts';

/** The ONNX files of a model folder, as paths inside it. */
export type OnnxFiles =
  | { readonly kind: 'single'; readonly model: string }
  | { readonly kind: 'encoder-decoder'; readonly encoder: string; readonly decoder: string };

const encoders = ['encoder_model.onnx'];
const decoders = ['decoder_model_merged.onnx', 'decoder_model.onnx'];
/** fp32 first: what is asked for in int8 is quantised at load, so one file serves both. */
const models = ['model.onnx', 'model_fp32.onnx'];
const quantised = ['model_quantized.onnx', 'model_int8.onnx', 'model_quant.onnx', 'model_uint8.onnx'];
const others = ['model_fp16.onnx'];
const places = ['onnx', ''];

/** Every name a model's ONNX file may have, best first; hub downloads look for the same names. */
export const onnxFileNames = { encoders, decoders, models, quantised, others, places } as const;

/**
 * The file to run: `onnx/model.onnx` or `model.onnx`, else an encoder and decoder pair, else a decoder on its own (decoder-only
 * models in the older layout), else a quantised or half-precision file.
 * Throws MODEL_FILES_MISSING.
 */
export async function findOnnx(folder: string, model: string): Promise<OnnxFiles> {
  const there = async (file: string): Promise<boolean> =>
    access(join(folder, file)).then(
      () => true,
      () => false,
    );
  return chooseOnnx(there, model, await transformerPath(folder, model));
}

/** The same choice over any listing of files. */
export async function chooseOnnx(
  isThere: (file: string) => boolean | Promise<boolean>,
  model: string,
  /** Folder inside the model's that is looked into first: where modules.json has its Transformer. */
  inner = '',
): Promise<OnnxFiles> {
  const folders = inner === '' ? places : [...places.map((place) => `${inner}/${place}`), ...places];
  const first = async (names: readonly string[]): Promise<string | null> => {
    for (const name of names)
      for (const place of folders) {
        const file = place === '' ? name : `${place.replace(/\/$/, '')}/${name}`;
        if (await isThere(file)) return file;
      }
    return null;
  };
  const single = await first(models);
  if (single) return { kind: 'single', model: single };
  const [encoder, decoder] = [await first(encoders), await first(decoders)];
  if (encoder && decoder) return { kind: 'encoder-decoder', encoder, decoder };
  if (decoder) return { kind: 'single', model: decoder };
  const fallback = (await first(quantised)) ?? (await first(others));
  if (fallback) return { kind: 'single', model: fallback };
  throw new AppError('MODEL_FILES_MISSING', { detail: { model, file: 'onnx/model.onnx' } });
}
