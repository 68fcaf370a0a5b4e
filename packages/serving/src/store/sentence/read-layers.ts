import { float32, type Tensor } from '@tessera/contracts';
import type { StoredTensor } from '@tessera/onnx';
import type { JsonFields } from '../model-files.ts';
import { type Activation, activations, type SentenceStep, type StepPlace } from './steps.ts';

/** What a module's readers need beside its config.json; `refuse` names the module's folder. */
export interface ModuleFiles {
  readonly weights: () => Promise<ReadonlyMap<string, StoredTensor>>;
  readonly refuse: (reason: string) => never;
}

const places: Readonly<Record<string, StepPlace>> = {
  sentence_embedding: 'sentence',
  token_embeddings: 'tokens',
};

/** What a module works on. */
export function placeOf(config: JsonFields, refuse: (reason: string) => never): StepPlace {
  const from = config['module_input_name'] ?? 'sentence_embedding';
  const to = config['module_output_name'] ?? from;
  const place = places[String(from)];
  if (place === undefined || from !== to)
    return refuse(
      `reads ${String(from)} and writes ${String(to)}; known are ${Object.keys(places).join(' and ')}`,
    );
  return place;
}

/** A Dense module. */
export async function readDense(config: JsonFields, { weights, refuse }: ModuleFiles): Promise<SentenceStep> {
  const at = placeOf(config, refuse);
  const activation = activationOf(config, refuse);
  const tensors = await weights();
  const weight = matrix(tensors, 'linear.weight', refuse);
  const bias = tensors.get('linear.bias');
  const residual = tensors.get('residual.weight');
  return {
    kind: 'dense',
    at,
    weight,
    bias: bias ? vector(bias) : null,
    activation,
    residual:
      config['use_residual'] !== true
        ? null
        : residual
          ? matrix(tensors, 'residual.weight', refuse)
          : 'input',
  };
}

/** A LayerNorm module: learnt scale and shift, epsilon 1e-5 as torch has it. */
export async function readLayerNorm({ weights, refuse }: ModuleFiles): Promise<SentenceStep> {
  const tensors = await weights();
  const [weight, bias] = ['norm.weight', 'norm.bias'].map((name) =>
    vector(tensors.get(name) ?? refuse(`has no tensor ${name}`)),
  );
  return { kind: 'layer-norm', weight: weight!, bias: bias! };
}

/**
 * sentence-transformers takes Tanh where the file says nothing, and only classes of torch without being told
 * to trust others.
 */
function activationOf(config: JsonFields, refuse: (reason: string) => never): Activation {
  const named = config['activation_function'];
  if (named === undefined) return 'tanh';
  if (named === null) return 'identity';
  const path = String(named);
  const name = path.split('.').at(-1)!.toLowerCase();
  const known = path.startsWith('torch.') && activations.find((activation) => activation === name);
  return (
    known || refuse(`has the activation ${path}; known are those of torch.nn: ${activations.join(', ')}`)
  );
}

function matrix(
  tensors: ReadonlyMap<string, StoredTensor>,
  name: string,
  refuse: (reason: string) => never,
): Tensor {
  const found = tensors.get(name) ?? refuse(`has no tensor ${name}`);
  if (found.dims.length !== 2) return refuse(`has a tensor ${name} of shape [${found.dims.join(', ')}]`);
  return float32(found.dims, found.values);
}

function vector({ dims, values }: StoredTensor): Tensor {
  return float32(dims, values);
}
