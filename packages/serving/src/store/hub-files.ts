import { chooseOnnx, onnxFileNames } from './find-onnx.ts';
import type { HubListing } from './hub-client.ts';

/** What a model folder needs beside its ONNX files; only the first two must be there. */
export const requiredFiles = ['config.json', 'tokenizer.json'] as const;
export const optionalFiles = [
  'tokenizer_config.json',
  'special_tokens_map.json',
  'generation_config.json',
  'sentence_bert_config.json',
  'modules.json',
] as const;

/** Files that hold an ONNX file's weights when they are not inside it. */
const dataSuffixes = ['_data', '.data'];

/** Folders that modules.json names for its pooling and dense modules. */
const moduleFile = /^\d+_[A-Za-z]+\/(config\.json|model\.safetensors)$/;

/** The files of a listing that serving needs: one ONNX file or pair, in the order of chooseOnnx, and what belongs to it. */
export async function neededFiles({ files }: HubListing, model: string): Promise<readonly string[]> {
  const listed = new Set(files);
  const onnx = await chooseOnnx((file) => listed.has(file), model);
  const graphs = onnx.kind === 'single' ? [onnx.model] : [onnx.encoder, onnx.decoder];
  return [
    ...requiredFiles,
    ...optionalFiles.filter((file) => listed.has(file)),
    ...files.filter((file) => moduleFile.test(file)),
    ...graphs,
    ...graphs.flatMap(externalDataOf).filter((file) => listed.has(file)),
  ];
}

/** Names that the external data of an ONNX file may have. */
export function externalDataOf(graph: string): readonly string[] {
  return dataSuffixes.map((suffix) => graph + suffix);
}

/** Every place where an ONNX file may be, best first, for hosts without a listing. */
export function graphCandidates(): {
  readonly single: readonly string[];
  readonly pair: readonly (readonly string[])[];
} {
  const { models, quantised, others, encoders, decoders, places } = onnxFileNames;
  const placed = (names: readonly string[]): readonly string[] =>
    names.flatMap((name) => places.map((place) => (place === '' ? name : `${place}/${name}`)));
  return { single: placed([...models, ...quantised, ...others]), pair: [placed(encoders), placed(decoders)] };
}
