import { AppError } from '@tessera/base';
import { readSafetensors, type StoredTensor } from './safetensors.ts';

/**
 * The files of a PEFT adapter: `adapter_config.json`, parsed, and the bytes of `adapter_model.safetensors`.
 */
export interface LoraFiles {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly tensors: Uint8Array;
}

/** What an adapter does to one parameter of a module. */
export type ParameterChange =
  | LowRankChange
  | {
      readonly kind: 'replaced';
      readonly module: string;
      readonly parameter: 'weight' | 'bias';
      readonly to: StoredTensor;
    };

/**
 * W + scale·B·A for a linear layer W [out, in] (Hu et al. 2021), W + scale·(B·A)ᵀ for an embedding W [rows,
 * width].
 */
export interface LowRankChange {
  readonly kind: 'low-rank';
  readonly module: string;
  readonly parameter: 'weight';
  readonly a: StoredTensor;
  readonly b: StoredTensor;
  readonly scale: number;
  readonly embedding: boolean;
}

/**
 * Reads a PEFT adapter as the list of changes it makes. Throws ADAPTER_UNFIT for kinds that are not W +
 * s·B·A.
 */
export function readAdapter({ name, config, tensors }: LoraFiles): ParameterChange[] {
  refuseOtherKinds(name, config);
  const stored = readSafetensors(tensors);
  return [...stored].flatMap(([key, tensor]): ParameterChange[] => {
    const path = key.replace(/^base_model\.model\./, '');
    const lowRank = /^(.*)\.(?:lora_A\.weight|lora_embedding_A)$/.exec(path);
    if (lowRank) return [lowRankChange(name, config, stored, key, lowRank[1] as string)];
    if (/\.lora_(B\.weight|embedding_B)$/.test(path)) return [];
    const replaced =
      /^(.*?)(?:\.base_layer|\.modules_to_save(?:\.default)?|\.original_module)?\.(weight|bias)$/.exec(path);
    if (!replaced || path.includes('.lora_'))
      throw unfit(name, `it holds "${path}", which is neither a factor nor a parameter`);
    return [
      {
        kind: 'replaced',
        module: replaced[1] as string,
        parameter: replaced[2] as 'weight' | 'bias',
        to: tensor,
      },
    ];
  });
}

function lowRankChange(
  name: string,
  config: LoraFiles['config'],
  stored: ReadonlyMap<string, StoredTensor>,
  key: string,
  module: string,
): LowRankChange {
  const a = stored.get(key) as StoredTensor;
  const b = stored.get(key.replace('lora_A', 'lora_B').replace('embedding_A', 'embedding_B'));
  if (!b) throw unfit(name, `module ${module} has a factor A but no B`);
  const rank = a.dims[0] as number;
  const alpha = patterned(config.alpha_pattern, module) ?? Number(config.lora_alpha);
  const scale = config.use_rslora ? alpha / Math.sqrt(rank) : alpha / rank;
  return {
    kind: 'low-rank',
    module,
    parameter: 'weight',
    a,
    b,
    scale,
    embedding: key.includes('lora_embedding'),
  };
}

/** PEFT matches a pattern against the end of a module's path; `^` anchors it. */
function patterned(patterns: unknown, module: string): number | undefined {
  const entries = Object.entries((patterns ?? {}) as Record<string, number>);
  return entries.find(([pattern]) => new RegExp(`^(.*\\.)?(${pattern})$`).test(module))?.[1];
}

function refuseOtherKinds(name: string, config: LoraFiles['config']): void {
  if (config.peft_type !== 'LORA') throw unfit(name, `it is of type ${String(config.peft_type)}, not LORA`);
  const features = [
    'use_dora',
    'lora_bias',
    'use_qalora',
    'use_bdlora',
    'layer_replication',
    'megatron_config',
  ];
  const used = features.find((feature) => config[feature]);
  if (used) throw unfit(name, `it uses ${used}, whose merge is not W + s·B·A`);
}

/** An adapter that cannot be merged, with what stands in the way. */
export function unfit(adapter: string, problem: string): AppError {
  return new AppError('ADAPTER_UNFIT', {
    detail: { field: 'adapters', adapter, model: 'the loaded file', problem: `${problem}.` },
  });
}
