import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@tessera/base';
import { parsePythonJson } from './python-json.ts';

export type JsonFields = Readonly<Record<string, unknown>>;

/** The text of a file of a model folder. Throws MODEL_FILES_MISSING when it is not there. */
export async function readTextFile(folder: string, file: string, model: string): Promise<string> {
  const text = await readTextIfThere(folder, file, model);
  if (text === null) throw new AppError('MODEL_FILES_MISSING', { detail: { model, file } });
  return text;
}

/**
 * A JSON object from a model folder. Throws MODEL_FILES_MISSING, or MODEL_LOAD_FAILED when it is not a JSON
 * object.
 */
export async function readJson(folder: string, file: string, model: string): Promise<JsonFields> {
  return parse(await readTextFile(folder, file, model), file, model);
}

/** Like readJson, but null when the file is not there. */
export async function readJsonIfThere(
  folder: string,
  file: string,
  model: string,
): Promise<JsonFields | null> {
  const text = await readTextIfThere(folder, file, model);
  return text === null ? null : parse(text, file, model);
}

/** Like readTextFile, but null when the file is not there. */
export async function readTextIfThere(folder: string, file: string, model: string): Promise<string | null> {
  try {
    return await readFile(join(folder, file), 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new AppError('MODEL_LOAD_FAILED', {
      detail: { model, reason: `${file} cannot be read (${code})` },
      cause,
    });
  }
}

function parse(text: string, file: string, model: string): JsonFields {
  const failed = (problem: string, cause?: unknown): AppError =>
    new AppError('MODEL_LOAD_FAILED', { detail: { model, reason: `${file} ${problem}` }, cause });
  let value: unknown;
  try {
    value = parsePythonJson(text);
  } catch (cause) {
    throw failed(`is not valid JSON (${(cause as Error).message})`, cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw failed('is not a JSON object');
  return value as JsonFields;
}
