import { sentencePieceFiles } from '../tokenizer/build/sentence-piece.ts';
import { chooseOnnx, type OnnxChoice } from './find-onnx.ts';
import type { HubListing } from './hub-client.ts';
import { sentenceConfigNames } from './sentence/read-settings.ts';

/** What a model folder needs beside its ONNX files; these must be there. */
export const requiredFiles = ['config.json', 'tokenizer.json'] as const;
/** What is read where it is there. */
export const optionalFiles = [
  'tokenizer_config.json',
  'special_tokens_map.json',
  'generation_config.json',
  ...sentenceConfigNames,
  'config_sentence_transformers.json',
  'modules.json',
] as const;

/** What a tokenizer is built of where there is no tokenizer.json. */
export const vocabularyFiles = ['vocab.txt', 'vocab.json', 'merges.txt', ...sentencePieceFiles] as const;

/** Folders that modules.json names for its modules. */
const moduleFile = /^\d+_[A-Za-z]+\/(config\.json|model\.safetensors|pytorch_model\.bin)$/;

/** The files of a listing that serving needs beside the graphs and their weights. */
export function sideFiles({ files }: HubListing, inner: string): readonly string[] {
  const listed = new Set(files);
  const vocabulary = vocabularyFiles.map((file) => inside(inner, file)).filter((file) => listed.has(file));
  const isBuilt = vocabulary.length > 0 && !listed.has(inside(inner, 'tokenizer.json'));
  const needed = [
    ...requiredFiles
      .filter((file) => file !== 'tokenizer.json' || !isBuilt)
      .map((file) => inside(inner, file)),
    ...(isBuilt ? vocabulary : []),
    ...optionalFiles.flatMap((file) => [file, inside(inner, file)]).filter((file) => listed.has(file)),
    ...files.filter((file) => moduleFile.test(file)),
  ];
  return [...new Set(needed)];
}

/** The graphs of a listing: one ONNX file or a pair, in the order of chooseOnnx. Throws what it throws. */
export async function neededGraphs(
  { files }: HubListing,
  model: string,
  choice: OnnxChoice,
): Promise<readonly string[]> {
  const onnx = await chooseOnnx(files, model, choice);
  return onnx.kind === 'single' ? [onnx.model] : [onnx.encoder, onnx.decoder];
}

/** A file of the folder where the Transformer is. */
export function inside(inner: string, file: string): string {
  return inner === '' ? file : `${inner}/${file}`;
}
