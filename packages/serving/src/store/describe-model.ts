import { join } from 'node:path';
import type { TaskName } from '@tessera/contracts';
import type { ModelDescription } from '../description.ts';
import { maxPositions } from '../tokenizer/length-limit.ts';
import { findOnnx } from './find-onnx.ts';
import { readHead } from './head-of-file.ts';
import { type JsonFields, readJson } from './model-files.ts';
import { transformerPath } from './sentence/read-modules.ts';
import { readSentenceTransformer } from './sentence/read-pipeline.ts';

/** What a model folder says of itself before any session is open. */
export interface FolderDescription {
  /** `outputs` is empty here: only a loaded file knows them. */
  readonly description: ModelDescription;
  /** Tasks the head allows, best first. */
  readonly tasks: readonly TaskName[];
  /** What a person should know of files that are not obeyed to the letter. */
  readonly warnings: readonly string[];
}

/**
 * Reads config.json, the sentence-transformers files and the names of the ONNX files.
 * `file` is the ONNX file to run where several fit. Throws MODEL_FILES_MISSING, MODEL_LOAD_FAILED.
 */
export async function describeModel(
  folder: string,
  identifier: string,
  file?: string,
): Promise<FolderDescription> {
  const inner = join(folder, await transformerPath(folder, identifier));
  const config = await readJson(inner, 'config.json', identifier);
  const files = await findOnnx(folder, identifier, file);
  const sentence = await readSentenceTransformer(folder, identifier);
  const architectures = config['architectures'];
  const modelClass =
    Array.isArray(architectures) && typeof architectures[0] === 'string' ? architectures[0] : null;
  const isEncoderDecoder = files.kind === 'encoder-decoder' || config['is_encoder_decoder'] === true;
  const known = tasksOf(modelClass, isEncoderDecoder);
  const isOpen = known === null || (/Classification$/.test(modelClass ?? '') && !saysLabels(config));
  const head =
    isOpen && !sentence && files.kind === 'single'
      ? readHead(join(folder, files.model), firstNumber(config, ['vocab_size']))
      : null;
  const description: ModelDescription = {
    identifier,
    architecture: String(config['model_type'] ?? 'unknown'),
    modelClass,
    id2label: labelsOf(config, head?.labels ?? null),
    problemType: typeof config['problem_type'] === 'string' ? config['problem_type'] : null,
    hiddenSize: firstNumber(config, ['hidden_size', 'd_model', 'dim', 'n_embd', 'embedding_size']) ?? 0,
    layers:
      firstNumber(config, ['num_hidden_layers', 'n_layers', 'n_layer', 'num_layers', 'encoder_layers']) ?? 0,
    maxPositions: maxPositions(config),
    outputs: [],
    sentenceTransformer: sentence?.pipeline ?? null,
    isEncoderDecoder,
    config,
  };
  return {
    description,
    tasks: sentence ? ['embedding'] : (known ?? head?.tasks ?? ['embedding']),
    warnings: [...(sentence?.warnings ?? []), ...unobeyed(config)],
  };
}

/** Heads by the end of their class name; the first that matches counts. */
const heads: readonly (readonly [suffix: RegExp, tasks: readonly TaskName[]])[] = [
  [
    /ForSequenceClassification$|ForMultipleChoice$|ForNextSentencePrediction$/,
    ['sequence-classification', 'embedding'],
  ],
  [/ForTokenClassification$/, ['token-classification', 'embedding']],
  [/ForQuestionAnswering(Simple)?$/, ['question-answering', 'embedding']],
  [/ForCausalLM$|LMHeadModel$|ForConditionalGeneration$|ForSeq2SeqLM$/, ['generation']],
];

/** Null where config.json names no class: the file itself has to tell. */
function tasksOf(modelClass: string | null, isEncoderDecoder: boolean): readonly TaskName[] | null {
  const known = heads.find(([suffix]) => suffix.test(modelClass ?? ''));
  if (known) return known[1];
  if (isEncoderDecoder) return ['generation'];
  return modelClass === null ? null : ['embedding'];
}

function saysLabels(config: JsonFields): boolean {
  return (typeof config['id2label'] === 'object' && config['id2label'] !== null) || 'num_labels' in config;
}

/**
 * id2label; else LABEL_0, LABEL_1 … as transformers names them, as many as `num_labels` or the file's logits.
 */
function labelsOf(config: JsonFields, ofFile: number | null): Readonly<Record<string, string>> {
  const labels = config['id2label'];
  if (typeof labels === 'object' && labels !== null)
    return Object.fromEntries(Object.entries(labels).map(([id, label]) => [id, String(label)]));
  const count = config['num_labels'] ?? ofFile;
  return typeof count === 'number' ? countedLabels(count) : {};
}

/** LABEL_0 … */
function countedLabels(count: number): Readonly<Record<string, string>> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [String(i), `LABEL_${i}`]));
}

/** Keys of config.json that change numbers and are not obeyed. */
function unobeyed(config: JsonFields): string[] {
  const cross = config['sentence_transformers'];
  const activation =
    typeof cross === 'object' && cross !== null && 'activation_fn' in cross
      ? String(cross.activation_fn)
      : null;
  if (activation === null || /Identity$/.test(activation)) return [];
  return [
    `config.json asks sentence-transformers for ${activation} over the logits; they are given as problem_type has them`,
  ];
}

function firstNumber(config: JsonFields, names: readonly string[]): number | null {
  const name = names.find((candidate) => typeof config[candidate] === 'number');
  return name === undefined ? null : (config[name] as number);
}
