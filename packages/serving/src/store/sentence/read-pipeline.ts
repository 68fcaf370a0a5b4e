import { join } from 'node:path';
import { AppError } from '@tessera/base';
import { readJson, readJsonIfThere } from '../model-files.ts';
import { readWeights } from '../weights/read-weights.ts';
import { checkWidths } from './check-widths.ts';
import { placeOf, readDense, readLayerNorm } from './read-layers.ts';
import { readModules, type SentenceModule } from './read-modules.ts';
import { readPooling } from './read-pooling.ts';
import { readSentenceConfig, readSettings } from './read-settings.ts';
import type { SentenceStep, SentenceTransformerPipeline } from './steps.ts';

/** A sentence-transformers folder as it is served, and what a person should know of it. */
export interface ReadPipeline {
  readonly pipeline: SentenceTransformerPipeline;
  readonly warnings: readonly string[];
}

/**
 * The pipeline that modules.json of a sentence-transformers folder names; null for other models.
 * Throws MODEL_LOAD_FAILED naming the module that cannot be run.
 */
export async function readSentenceTransformer(folder: string, model: string): Promise<ReadPipeline | null> {
  const modules = await readModules(folder, model);
  if (modules === null) return null;
  const refuse = (reason: string): never => {
    throw new AppError('MODEL_LOAD_FAILED', { detail: { model, reason } });
  };
  const warnings: string[] = [];
  const steps: SentenceStep[] = [];
  for (const module of modules) {
    if (module.name === 'Transformer') {
      if (module !== modules[0]) refuse('modules.json has its Transformer behind another module');
      if (!/^sentence_transformers\./.test(module.type))
        warnings.push(
          `modules.json names ${module.type}, code of its own that is not run: its Transformer is`,
        );
      continue;
    }
    if (!/^sentence_transformers\./.test(module.type))
      refuse(`modules.json asks for ${module.type}, which is code of its own; ${known}`);
    const step = await readStep(folder, module, model);
    if (step) steps.push(step);
  }
  const pooled = steps.findIndex(({ kind }) => kind === 'pooling');
  if (pooled < 0) refuse('modules.json names no Pooling module');
  if (modules[0]!.name !== 'Transformer') refuse('modules.json names no Transformer module');
  const early = steps.slice(0, pooled).find((step) => !('at' in step) || step.at === 'sentence');
  if (early) refuse(`modules.json has a ${early.kind} module before its Pooling`);
  checkWidths(steps, refuse);
  const { warnings: told, ...settings } = await readSettings(folder, model);
  const limits = await readSentenceConfig(join(folder, modules[0]!.path), model);
  const most = limits?.['max_seq_length'];
  return {
    pipeline: { ...settings, steps, maxSeqLength: typeof most === 'number' ? most : null },
    warnings: [...warnings, ...told],
  };
}

const known = 'known are Transformer, Pooling, Dense, Normalize, LayerNorm and Dropout';

/** One module; null for one that changes nothing. */
async function readStep(
  folder: string,
  { path, type, name }: SentenceModule,
  model: string,
): Promise<SentenceStep | null> {
  const at =
    (what: string) =>
    (reason: string): never => {
      throw new AppError('MODEL_LOAD_FAILED', { detail: { model, reason: `${what} ${reason}` } });
    };
  const files = { weights: () => readWeights(folder, path, model), refuse: at(path) };
  const config = `${path}/config.json`;
  switch (name) {
    case 'Pooling':
      return readPooling(await readJson(folder, config, model), at(config));
    case 'Dense':
      return readDense(await readJson(folder, config, model), files);
    case 'LayerNorm':
      return readLayerNorm(files);
    case 'Normalize':
      return {
        kind: 'normalize',
        at: placeOf((await readJsonIfThere(folder, config, model)) ?? {}, at(config)),
      };
    case 'Dropout':
      return null;
    default:
      return at('modules.json')(`asks for ${type}; ${known}`);
  }
}
