import { join } from 'node:path';
import { createGraphCache, type GraphCache } from '../graph/graph-cache.ts';
import type { OpenRuntimeOptions } from '../runtime-options.ts';
import { describeModel, type FolderDescription } from '../store/describe-model.ts';
import { withExternalFiles } from '../store/external-files.ts';
import { findOnnx, type OnnxFiles } from '../store/find-onnx.ts';
import { hashFile } from '../store/locate-model.ts';
import { openTokenizer } from '../tokenizer/load-tokenizer.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';

/** What a folder holds, before any session is open. */
export interface Found extends FolderDescription {
  readonly tokenizer: Tokenizer;
  readonly onnx: OnnxFiles;
  /** The file that is opened first. */
  readonly path: string;
  readonly cache: GraphCache;
  /** The cache of a file of the folder, or of one that was made from it and whose hash is known. */
  cacheFor(file: string, sha256?: string): Promise<GraphCache>;
}

/** Throws MODEL_FILES_MISSING, MODEL_LOAD_FAILED. */
export async function readFolder(options: OpenRuntimeOptions): Promise<Found> {
  const { identifier, folder, cacheFolder, clock, log } = options;
  const [described, { tokenizer, warnings }, onnx] = await Promise.all([
    describeModel(folder, identifier, options.file),
    openTokenizer(folder, identifier),
    findOnnx(folder, identifier, options.file),
  ]);
  const path = join(folder, onnx.kind === 'single' ? onnx.model : onnx.encoder);
  const cacheFor: Found['cacheFor'] = async (model, known) => {
    const sha256 = known ?? (await hashFile(...(await withExternalFiles(model, identifier))));
    return createGraphCache({ cacheFolder, identifier, model, sha256, nowMs: clock.now(), log });
  };
  return {
    ...described,
    warnings: [...described.warnings, ...warnings],
    tokenizer,
    onnx,
    path,
    cacheFor,
    cache: await cacheFor(path),
  };
}
