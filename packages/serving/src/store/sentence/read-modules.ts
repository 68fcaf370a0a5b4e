import { AppError } from '@tessera/base';
import { z } from 'zod';
import { readJsonIfThere, readTextIfThere } from '../model-files.ts';
import { parsePythonJson } from '../python-json.ts';

const moduleList = z.array(z.object({ path: z.string(), type: z.string() }));

/** One entry of modules.json. */
export interface SentenceModule {
  /** Folder of the module inside the model's; empty for the model's folder itself. */
  readonly path: string;
  /** Python class, such as sentence_transformers.models.Pooling. */
  readonly type: string;
  /** Last part of the class. */
  readonly name: string;
}

/**
 * The modules of a sentence-transformers folder; null for other models, among them cross-encoders, which have
 * the file and answer as classifiers. Throws MODEL_LOAD_FAILED.
 */
export async function readModules(folder: string, model: string): Promise<readonly SentenceModule[] | null> {
  const text = await readTextIfThere(folder, 'modules.json', model);
  if (text === null) return null;
  const refuse = (reason: string, cause?: unknown): AppError =>
    new AppError('MODEL_LOAD_FAILED', { detail: { model, reason }, cause });
  let entries: z.infer<typeof moduleList>;
  try {
    entries = moduleList.parse(parsePythonJson(text));
  } catch (cause) {
    throw refuse('modules.json is not a list of modules with path and type', cause);
  }
  const outside = entries.find(({ path }) => /(^|[\\/])\.\.([\\/]|$)|^[\\/]/.test(path));
  if (outside) throw refuse(`modules.json points outside the folder (${outside.path})`);
  const settings = await readJsonIfThere(folder, 'config_sentence_transformers.json', model);
  if (settings?.['model_type'] === 'CrossEncoder') return null;
  return entries.map(({ path, type }) => ({
    path: path.replace(/^\.\/?|\/+$/g, ''),
    type,
    name: type.split('.').at(-1)!,
  }));
}

/**
 * Where config.json, tokenizer and ONNX files are inside a folder: at its top, or where modules.json has the
 * Transformer.
 */
export async function transformerPath(folder: string, model: string): Promise<string> {
  const modules = await readModules(folder, model);
  return modules?.find(({ name }) => name === 'Transformer')?.path ?? '';
}
