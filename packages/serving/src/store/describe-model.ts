import { join } from 'node:path';
import type { TaskName } from '@tessera/contracts';
import type { ModelDescription } from '../description.ts';
import { maxPositions } from '../tokenizer/length-limit.ts';
import { findOnnx } from './find-onnx.ts';
import { type JsonFields, readJson } from './model-files.ts';
import { transformerPath } from './sentence/read-modules.ts';
import { readSentenceTransformer } from './sentence/read-pipeline.ts';

/** What a model folder says of itself before any session is open. */
export interface FolderDescription {
  /** `outputs` is empty here: only a loaded file knows them. */
  readonly description: ModelDescription;
  /** Tasks the head allows, best first. */
  readonly tasks: readonly TaskName[];
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
  const description: ModelDescription = {
    identifier,
    architecture: String(config['model_type'] ?? 'unknown'),
    modelClass,
    id2label: labelsOf(config),
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
  return { description, tasks: sentence ? ['embedding'] : tasksOf(modelClass, isEncoderDecoder) };
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

function tasksOf(modelClass: string | null, isEncoderDecoder: boolean): readonly TaskName[] {
  const known = heads.find(([suffix]) => suffix.test(modelClass ?? ''));
  if (known) return known[1];
  return isEncoderDecoder ? ['generation'] : ['embedding'];
}

/** id2label; where config.json has only `num_labels`, LABEL_0, LABEL_1 … as transformers does. */
function labelsOf(config: JsonFields): Readonly<Record<string, string>> {
  const labels = config['id2label'];
  if (typeof labels === 'object' && labels !== null)
    return Object.fromEntries(Object.entries(labels).map(([id, label]) => [id, String(label)]));
  const count = config['num_labels'];
  if (typeof count !== 'number') return {};
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [String(i), `LABEL_${i}`]));
}

function firstNumber(config: JsonFields, names: readonly string[]): number | null {
  const name = names.find((candidate) => typeof config[candidate] === 'number');
  return name === undefined ? null : (config[name] as number);
}
