import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '@tessera/base';
import { scanOnnx } from '@tessera/onnx';

/**
 * The files that hold an ONNX file's weights when they are not inside it, as the graph names them: paths
 * beside the file. Throws MODEL_LOAD_FAILED for what is no ONNX file or points out of its folder.
 */
export function externalFilesOf(path: string, model: string): readonly string[] {
  try {
    return scanOnnx(path).externalFiles;
  } catch (cause) {
    const problem = cause instanceof AppError ? cause.detail?.['problem'] : undefined;
    const reason = `${String(problem ?? 'its ONNX file cannot be read.')} Copy it again`;
    throw new AppError('MODEL_LOAD_FAILED', { detail: { model, reason }, cause });
  }
}

/**
 * An ONNX file and the files that it names, all of them there. Throws MODEL_FILES_MISSING naming one that is
 * not.
 */
export async function withExternalFiles(path: string, model: string): Promise<readonly string[]> {
  const beside = externalFilesOf(path, model);
  for (const file of beside)
    if (!(await isThere(join(dirname(path), file))))
      throw new AppError('MODEL_FILES_MISSING', { detail: { model, file } });
  return [path, ...beside.map((file) => join(dirname(path), file))];
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
