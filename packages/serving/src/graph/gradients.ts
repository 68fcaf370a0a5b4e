import { AppError } from '@tessera/base';
import type { Company, LoadedFile } from '../forward/forward-runner.ts';
import type { FileOutput, OutputMap } from '../forward/output-names.ts';
import { type PlanOptions, planInputs } from '../forward/signature.ts';
import type { GradientRequest } from '../runtime.ts';
import type { Session } from '../session/session.ts';
import type { GraphCache } from './graph-cache.ts';
import type { ExposedNames } from './graph-jobs.ts';
import type { MadeFile } from './made-file.ts';

export interface GradientsOptions {
  readonly model: string;
  /** Tells these files apart from those with other weights. */
  readonly name: string;
  readonly cache: GraphCache;
  /** Logical outputs of the plain file. */
  readonly outputs: OutputMap;
  /** Which rows of the plain file may run together: the gradient's file computes the same. */
  readonly company: Company;
  readonly signature: PlanOptions;
  /** The plain file. */
  readonly plain: string;
  /** The file with exposed attention weights and hidden states; made on first use. */
  exposed(): Promise<MadeFile<ExposedNames>>;
  openFile(path: string): Promise<Session>;
}

export interface Gradients {
  /**
   * The gradient file for a request, built and opened on first use. `release` when the request has ended.
   * With `hiddenStates` the file gives those as well, so that they can be read at other word embeddings.
   */
  acquire(
    request: GradientRequest & { readonly hiddenStates?: boolean },
  ): Promise<{ readonly file: LoadedFile; release(): void }>;
}

/** Gradient sessions that stay open at a time; each holds the weights once more. */
const openAtMost = 3;

/** Ten rows of 128 tokens keep a BERT-base run under a gigabyte. */
const most = { rows: 10, tokens: 1280 } as const;

type Wanted = Parameters<Gradients['acquire']>[0];

interface OpenGradient {
  readonly file: Promise<LoadedFile>;
  users: number;
}

/** Keeps the gradient sessions of one model: one for each choice of outputs, place and layers. */
export function openGradients(options: GradientsOptions): Gradients {
  const { model, cache, outputs } = options;
  /** In order of last use. */
  const open = new Map<string, OpenGradient>();

  const load = async (request: Wanted, key: string): Promise<LoadedFile> => {
    const tensorOf = (output: FileOutput): string => outputs.get(output)![0]!;
    const of = request.of.map(tensorOf);
    const { from, at, layers, hiddenStates } = await places(request);
    const { path, names } = await cache.gradient(from, { of, at, alsoAt: layers });
    const session = await options.openFile(path);
    const seeds = Object.fromEntries(request.of.map((output) => [output, names.seeds[tensorOf(output)]!]));
    const map = new Map<FileOutput, readonly string[]>(
      request.of.map((output) => [output, [tensorOf(output)]]),
    );
    map.set('gradient', [names.gradients[at]!]);
    map.set('attentions', layers);
    map.set('hidden_states', hiddenStates);
    map.set(
      'attention_gradients',
      layers.map((layer) => names.gradients[layer]!),
    );
    const gradient = { scale: names.scale, delta: names.delta, seeds };
    const plan = planInputs(session.inputs, { ...options.signature, gradient });
    return { model, name: key, session, plan, map, company: options.company, most };
  };

  /** Tensors to differentiate at, and the file that has them. */
  const places = async ({ at, attentionLayers = [], hiddenStates = false }: Wanted) => {
    if (at === 'word-embeddings' && attentionLayers.length === 0 && !hiddenStates)
      return { from: options.plain, at: 'embeddings', layers: [], hiddenStates: [] };
    const { path, names } = await options.exposed();
    if (hiddenStates && names.hiddenStates.length === 0) missing('hidden states', 0);
    const layers = attentionLayers.map(
      (layer) =>
        names.attentions.at(layer) ?? missing(`attention of layer ${layer}`, names.attentions.length),
    );
    if (at === 'word-embeddings')
      return { from: path, at: 'embeddings', layers, hiddenStates: names.hiddenStates };
    const state = names.hiddenStates.at(at.hiddenState);
    return {
      from: path,
      at: state ?? missing(`hidden state ${at.hiddenState}`, names.hiddenStates.length),
      layers,
      hiddenStates: names.hiddenStates,
    };
  };

  const missing = (capability: string, found: number): never => {
    const hint = found === 0 ? 'None was found in its graph.' : `It has ${found}, counted from 0.`;
    throw new AppError('CAPABILITY_MISSING', {
      detail: { field: 'explain', model, capability, hint },
    });
  };

  const evict = async (): Promise<void> => {
    for (const [key, entry] of open) {
      if (open.size <= openAtMost) return;
      if (entry.users > 0) continue;
      open.delete(key);
      await entry.file.then(
        ({ session }) => session.close(),
        () => undefined,
      );
    }
  };

  return {
    async acquire(request) {
      const { of, at, attentionLayers = [], hiddenStates = false } = request;
      const absent = of.find((output) => !outputs.has(output));
      if (absent !== undefined || of.length === 0) {
        const hint = `It gives ${[...outputs.keys()].join(', ')}.`;
        throw new AppError('OUTPUT_UNAVAILABLE', {
          detail: { field: 'explain', output: absent ?? 'output', hint },
        });
      }
      const key = `${options.name}gradient:${JSON.stringify([of, at, attentionLayers, hiddenStates])}`;
      const entry = open.get(key) ?? { file: load(request, key), users: 0 };
      open.delete(key);
      open.set(key, entry);
      entry.users++;
      const release = (): void => {
        entry.users--;
        void evict();
      };
      try {
        return { file: await entry.file, release };
      } catch (error) {
        open.delete(key);
        throw error;
      }
    },
  };
}
