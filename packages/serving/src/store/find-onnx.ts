import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@tessera/base';
import { transformerPath } from './sentence/read-modules.ts';

/** The ONNX files of a model folder, as paths inside it. */
export type OnnxFiles =
  | { readonly kind: 'single'; readonly model: string }
  | { readonly kind: 'encoder-decoder'; readonly encoder: string; readonly decoder: string };

export interface OnnxChoice {
  /**
   * The file to run, as a path inside the folder; of a pair the decoder. Without it the first in the order is
   * taken.
   */
  readonly file?: string | undefined;
  /** Folder inside the model's that is looked into first: where modules.json has its Transformer. */
  readonly inner?: string;
}

/**
 * What exporters write behind `model`, `encoder_model` and `decoder_model(_merged)`, best first. Weights as
 * they were trained, then graphs whose operators were fused, then eight bits, halves and four bits: what is
 * asked for in int8 is quantised at load, so a file in float32 serves both.
 */
const endings: readonly RegExp[] = [
  /^$/,
  /^_fp32$/,
  /^_optimized$/,
  /^_O3$/,
  /^_O2$/,
  /^_O1$/,
  /^_quantized$/,
  /^_int8$/,
  /^_quant$/,
  /^_uint8$/,
  /^_qint8(_\w+)?$/,
  /^_quint8(_\w+)?$/,
  /^_fp16$/,
  /^_O4$/,
  /^_q4$/,
  /^_bnb4$/,
  /^_q4f16$/,
];

/**
 * Endings that a host without a listing is asked for; the instruction sets are those that
 * sentence-transformers writes.
 */
const askedEndings = [
  '',
  '_fp32',
  '_optimized',
  '_O3',
  '_O2',
  '_O1',
  '_quantized',
  '_int8',
  '_quant',
  '_uint8',
  '_qint8_arm64',
  '_qint8_avx512',
  '_qint8_avx512_vnni',
  '_quint8_avx2',
  '_fp16',
  '_O4',
  '_q4',
  '_bnb4',
  '_q4f16',
] as const;

type Role = 'model' | 'encoder' | 'decoder';

/** A file whose name is known: what it is, and its place in the order. */
interface Known {
  readonly file: string;
  readonly role: Role;
  /** Index of its ending. */
  readonly precision: number;
  /** Merged decoders before plain ones, then folders in their order, then names. */
  readonly rank: readonly [merged: number, place: number];
}

const stems: readonly (readonly [pattern: RegExp, role: Role, merged: number])[] = [
  [/^model(.*)\.onnx$/, 'model', 0],
  [/^encoder_model(.*)\.onnx$/, 'encoder', 0],
  [/^decoder_model_merged(.*)\.onnx$/, 'decoder', 0],
  [/^decoder_model(.*)\.onnx$/, 'decoder', 1],
];

/**
 * The file to run. For each ending in its order: `model`, else an encoder and its decoder, else a decoder on
 * its own (decoder-only models in the older layout), in `onnx/` before the top. Then a pair of unlike
 * endings, and at last the only ONNX file there is, whatever its name. Throws MODEL_FILES_MISSING,
 * MODEL_LOAD_FAILED naming what is there when nothing says which file is meant.
 */
export async function findOnnx(folder: string, model: string, file?: string): Promise<OnnxFiles> {
  const choice = { file, inner: await transformerPath(folder, model) };
  const listed = await Promise.all(
    placesOf(choice).map(async (place) => {
      const entries = await readdir(join(folder, place)).catch(() => []);
      return entries.map((entry) => (place === '' ? entry : `${place}/${entry}`));
    }),
  );
  const chosen = choice.file ?? null;
  const elsewhere =
    chosen !== null && !listed.flat().includes(chosen) && isInside(chosen)
      ? await readdir(join(folder, chosen, '..')).then(
          (entries) => entries.map((entry) => chosen.replace(/[^/]+$/, entry)),
          () => [],
        )
      : [];
  return chooseOnnx([...listed.flat(), ...elsewhere], model, choice);
}

/** The same choice over any listing of files. */
export async function chooseOnnx(
  files: readonly string[],
  model: string,
  choice: OnnxChoice = {},
): Promise<OnnxFiles> {
  const graphs = files.filter((file) => file.endsWith('.onnx'));
  const places = placesOf(choice);
  if (choice.file !== undefined) return named(choice.file, graphs, model);
  const known = graphs.flatMap((file) => describe(file, places) ?? []).sort(inOrder);
  const best = (role: Role, precision?: number): string | undefined =>
    known.find((own) => own.role === role && (precision === undefined || own.precision === precision))?.file;
  for (let precision = 0; precision < endings.length; precision++) {
    const single = best('model', precision);
    if (single) return { kind: 'single', model: single };
    const [encoder, decoder] = [best('encoder', precision), best('decoder', precision)];
    if (encoder && decoder) return { kind: 'encoder-decoder', encoder, decoder };
    if (decoder && !best('encoder')) return { kind: 'single', model: decoder };
  }
  const [encoder, decoder] = [best('encoder'), best('decoder')];
  if (encoder && decoder) return { kind: 'encoder-decoder', encoder, decoder };
  const others = graphs.filter((file) => places.includes(placeOf(file)));
  if (others.length === 1 && !encoder) return { kind: 'single', model: others[0]! };
  if (others.length === 0)
    throw new AppError('MODEL_FILES_MISSING', { detail: { model, file: 'onnx/model.onnx' } });
  throw refused(
    model,
    `its files ${shown(others)} do not say which one to run; name one as the source's "file"`,
  );
}

/** The places where an ONNX file is looked for, in order. */
function placesOf({ inner = '' }: OnnxChoice): readonly string[] {
  return inner === '' ? ['onnx', ''] : [`${inner}/onnx`, inner, 'onnx', ''];
}

function placeOf(file: string): string {
  return file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : '';
}

function describe(file: string, places: readonly string[]): Known | null {
  const place = places.indexOf(placeOf(file));
  if (place < 0) return null;
  const name = file.slice(file.lastIndexOf('/') + 1);
  for (const [pattern, role, merged] of stems) {
    const ending = name.match(pattern)?.[1];
    if (ending === undefined) continue;
    const precision = endings.findIndex((own) => own.test(ending));
    if (precision >= 0) return { file, role, precision, rank: [merged, place] };
  }
  return null;
}

function inOrder(a: Known, b: Known): number {
  return (
    a.precision - b.precision || a.rank[0] - b.rank[0] || a.rank[1] - b.rank[1] || (a.file < b.file ? -1 : 1)
  );
}

/**
 * The file that was asked for; a decoder comes with the encoder of its ending, or with the only one there is.
 */
function named(file: string, graphs: readonly string[], model: string): OnnxFiles {
  if (!graphs.includes(file)) {
    const there = graphs.length > 0 ? `there are ${shown(graphs)}` : 'there is no ONNX file';
    throw refused(model, `it has no ${file}; ${there}`);
  }
  const place = placeOf(file);
  const ending = file.match(/(?:^|\/)decoder_model(?:_merged)?(.*)\.onnx$/)?.[1];
  const encoders = graphs.filter(
    (graph) => placeOf(graph) === place && /(^|\/)encoder_model[^/]*$/.test(graph),
  );
  if (ending === undefined || encoders.length === 0) return { kind: 'single', model: file };
  const encoder = encoders.find((graph) => graph.endsWith(`encoder_model${ending}.onnx`)) ?? encoders[0]!;
  return { kind: 'encoder-decoder', encoder, decoder: file };
}

function isInside(file: string): boolean {
  return !/^[\\/]|(^|[\\/])\.\.([\\/]|$)/.test(file);
}

function refused(model: string, reason: string): AppError {
  return new AppError('MODEL_LOAD_FAILED', { detail: { model, reason } });
}

function shown(files: readonly string[]): string {
  return files.length > 8 ? `${files.slice(0, 8).join(', ')} and ${files.length - 8} more` : files.join(', ');
}

/**
 * What a host without a listing is asked for, one after the other: the first whose files are all there is the
 * choice.
 */
export function candidateOnnx(choice: OnnxChoice = {}): readonly (readonly (readonly string[])[])[] {
  if (choice.file !== undefined) return [[[choice.file]]];
  const placed = (name: string): readonly string[] =>
    placesOf(choice).map((place) => (place === '' ? name : `${place}/${name}`));
  return askedEndings.flatMap((ending) => {
    const decoders = [`decoder_model_merged${ending}.onnx`, `decoder_model${ending}.onnx`].flatMap(placed);
    return [[placed(`model${ending}.onnx`)], [decoders, placed(`encoder_model${ending}.onnx`)]];
  });
}
