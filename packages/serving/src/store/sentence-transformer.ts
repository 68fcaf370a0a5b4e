import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@tessera/base';
import { decodeSafetensors, type NamedTensors } from '@tessera/contracts';
import { z } from 'zod';
import type { SentenceTransformerPipeline } from '../description.ts';
import { readJson, readJsonIfThere } from './model-files.ts';

const moduleList = z.array(z.object({ path: z.string(), type: z.string() }));

const poolingConfig = z.object({
  pooling_mode_cls_token: z.boolean().default(false),
  pooling_mode_mean_tokens: z.boolean().default(false),
  pooling_mode_max_tokens: z.boolean().default(false),
  pooling_mode_mean_sqrt_len_tokens: z.boolean().default(false),
  pooling_mode_weightedmean_tokens: z.boolean().default(false),
  pooling_mode_lasttoken: z.boolean().default(false),
  /** Newer files name the mode, several joined by "+" or as a list. */
  pooling_mode: z.union([z.string(), z.array(z.string())]).optional(),
});

type Dense = SentenceTransformerPipeline['dense'][number];

/**
 * The pooling pipeline that modules.json of a sentence-transformers folder names; null for other models.
 * Throws MODEL_LOAD_FAILED naming the module that cannot be run.
 */
export async function readSentenceTransformer(
  folder: string,
  model: string,
): Promise<SentenceTransformerPipeline | null> {
  const text = await readFile(join(folder, 'modules.json'), 'utf8').catch(() => null);
  if (text === null) return null;
  const refuse = (reason: string, cause?: unknown): never => {
    throw new AppError('MODEL_LOAD_FAILED', { detail: { model, reason }, cause });
  };
  let modules: z.infer<typeof moduleList> = [];
  try {
    modules = moduleList.parse(JSON.parse(text));
  } catch (cause) {
    refuse('modules.json is not a list of modules with path and type', cause);
  }

  let pooling: SentenceTransformerPipeline['pooling'] | null = null;
  let normalize = false;
  const dense: Dense[] = [];
  for (const { path, type } of modules) {
    if (/(^|[\\/])\.\.([\\/]|$)/.test(path)) refuse(`modules.json points outside the folder (${path})`);
    const name = type.split('.').at(-1);
    if (name === 'Transformer') continue;
    if (name === 'Pooling') pooling = await readPooling(folder, path, model);
    else if (name === 'Dense') dense.push(await readDense(folder, path, model));
    else if (name === 'Normalize') normalize = true;
    else refuse(`modules.json asks for ${type}; known are Transformer, Pooling, Dense and Normalize`);
  }
  if (!pooling) return refuse('modules.json names no Pooling module');
  const limits = await readJsonIfThere(folder, 'sentence_bert_config.json', model);
  return {
    pooling,
    dense,
    normalize,
    maxSeqLength: typeof limits?.['max_seq_length'] === 'number' ? limits['max_seq_length'] : null,
    lowerCase: limits?.['do_lower_case'] === true,
  };
}

async function readPooling(
  folder: string,
  path: string,
  model: string,
): Promise<SentenceTransformerPipeline['pooling']> {
  const file = `${path}/config.json`;
  const parsed = poolingConfig.safeParse(await readJson(folder, file, model));
  const fail = (reason: string): never => {
    throw new AppError('MODEL_LOAD_FAILED', { detail: { model, reason: `${file} ${reason}` } });
  };
  if (!parsed.success) return fail('is not a pooling configuration');
  const c = parsed.data;
  const named = new Set([c.pooling_mode ?? []].flat().flatMap((mode) => mode.split('+')));
  const has = (flag: boolean, ...names: readonly string[]): boolean =>
    flag || names.some((name) => named.has(name));
  if (has(c.pooling_mode_weightedmean_tokens, 'weightedmean'))
    fail('asks for weighted mean pooling, which is not supported');
  const pooling = {
    cls: has(c.pooling_mode_cls_token, 'cls'),
    mean: has(c.pooling_mode_mean_tokens, 'mean'),
    max: has(c.pooling_mode_max_tokens, 'max'),
    meanSqrtLen: has(c.pooling_mode_mean_sqrt_len_tokens, 'mean_sqrt_len_tokens', 'mean_sqrt_len'),
    lastToken: has(c.pooling_mode_lasttoken, 'lasttoken'),
  };
  if (!Object.values(pooling).includes(true)) fail('names no pooling mode');
  return pooling;
}

async function readDense(folder: string, path: string, model: string): Promise<Dense> {
  const config = await readJson(folder, `${path}/config.json`, model);
  const fail = (reason: string, cause?: unknown): never => {
    throw new AppError('MODEL_LOAD_FAILED', { detail: { model, reason: `${path} ${reason}` }, cause });
  };
  const activation = String(config['activation_function'] ?? 'Identity')
    .split('.')
    .at(-1)!
    .toLowerCase();
  if (activation !== 'identity' && activation !== 'tanh')
    return fail(`has the activation ${activation}; known are Identity and Tanh`);
  const bytes = await readFile(join(folder, path, 'model.safetensors')).catch((cause: unknown) =>
    fail('has no model.safetensors; save it with safe_serialization=True', cause),
  );
  let tensors: NamedTensors = {};
  try {
    tensors = decodeSafetensors(bytes);
  } catch (cause) {
    fail(`model.safetensors cannot be read (${(cause as Error).message})`, cause);
  }
  const weight = tensors['linear.weight'] ?? fail('has no tensor linear.weight');
  return { weight, bias: tensors['linear.bias'] ?? null, activation };
}
