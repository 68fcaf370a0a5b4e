import { AppError, type Log } from '@tessera/base';
import type { LoadedFile } from '../forward/forward-runner.ts';
import { type FileOutput, mapOutputs, type OutputMap, requireReadable } from '../forward/output-names.ts';
import { type PlanOptions, planInputs } from '../forward/signature.ts';
import type { GraphCache } from '../graph/graph-cache.ts';
import type { ExposedNames, Inspection } from '../graph/graph-jobs.ts';
import type { MadeFile } from '../graph/made-file.ts';
import type { Session } from '../session/session.ts';
import type { Proof } from './prove-company.ts';

export interface ModelFilesOptions {
  readonly model: string;
  /** How inputs are read by name. */
  readonly signature: PlanOptions;
  /** Tells these files apart from those with other weights. */
  readonly name: string;
  /** The file that answers plain requests; the cache knows the one that is opened up. */
  readonly served: string;
  readonly cache: GraphCache;
  /** What is known of the graph already; looked up when absent. */
  readonly inspection?: Inspection | null;
  /** Which rows may run together, proven on other weights of the same model. */
  readonly proof?: Proof;
  prove(file: LoadedFile, path: string): Promise<Proof>;
  readonly log: Log;
  openFile(path: string): Promise<Session>;
  /** Opens the file that answers plain requests. */
  openServed(path: string): Promise<Session>;
}

/**
 * The files one model runs: the plain one, and one with exposed inner outputs that is made and opened when it
 * is asked for.
 */
export interface ModelFiles {
  readonly plain: LoadedFile;
  /** Every output that can be had, exposed ones included. */
  readonly outputs: readonly FileOutput[];
  /** null when the graph could not be read. */
  readonly inspection: Inspection | null;
  readonly proof: Proof;
  /** What bears on every answer: how inputs are filled, and which rows run together. */
  readonly warnings: readonly string[];
  /** The file that gives these outputs. Throws OUTPUT_UNAVAILABLE. */
  fileFor(outputs: readonly FileOutput[]): Promise<LoadedFile>;
  exposed(): Promise<MadeFile<ExposedNames>>;
}

/** Batches of these files are limited by the runtime only. */
const unlimited = { rows: Number.POSITIVE_INFINITY, tokens: Number.POSITIVE_INFINITY } as const;

/** Opens the plain file and looks, beside it, what its graph has inside. Throws MODEL_LOAD_FAILED. */
export async function openModelFiles(options: ModelFilesOptions): Promise<ModelFiles> {
  const { model, name, cache, signature } = options;
  const session = await options.openServed(options.served);
  const map = mapOutputs(session.outputs, signature.modelClass);
  requireReadable(session.outputs, map, model);
  const untried: LoadedFile = {
    model,
    name: `${name}plain`,
    session,
    plan: planInputs(session.inputs, signature),
    map,
    company: 'any',
    most: unlimited,
  };
  const [inspection, proof] = await Promise.all([
    options.inspection ?? inspect(options, map),
    options.proof ?? options.prove(untried, options.served),
  ]);
  const { company } = proof;
  const plain: LoadedFile = { ...untried, company };
  const exposable = exposedMap(map, inspection);
  let opened: Promise<LoadedFile> | null = null;

  const exposed = (): Promise<MadeFile<ExposedNames>> =>
    cache.expose({
      attentions: inspection !== null && inspection.attentions > 0,
      hiddenStates: inspection !== null && inspection.hiddenStates > 0,
    });

  const openExposed = async (): Promise<LoadedFile> => {
    const { path: madeFile, names } = await exposed();
    const inner = await options.openFile(madeFile);
    const all = new Map(map);
    if (names.attentions.length > 0 && !map.has('attentions')) all.set('attentions', names.attentions);
    if (names.hiddenStates.length > 0) {
      if (!map.has('hidden_states')) all.set('hidden_states', names.hiddenStates);
      if (!map.has('last_hidden_state')) all.set('last_hidden_state', names.hiddenStates.slice(-1));
    }
    const plan = planInputs(inner.inputs, signature);
    return { model, name: `${name}exposed`, session: inner, plan, map: all, company, most: unlimited };
  };

  return {
    plain,
    outputs: [...map.keys(), ...exposable],
    inspection,
    proof,
    warnings: [...plain.plan.warnings, ...proof.warnings],
    exposed,
    async fileFor(outputs) {
      const missing = outputs.filter((name) => !map.has(name));
      if (missing.length === 0) return plain;
      const absent = missing.find((name) => !exposable.includes(name));
      if (absent !== undefined) {
        const hint = `It gives ${[...map.keys(), ...exposable].join(', ')}.`;
        throw new AppError('OUTPUT_UNAVAILABLE', { detail: { field: absent, output: absent, hint } });
      }
      opened ??= openExposed();
      opened.catch(() => {
        opened = null;
      });
      return opened;
    },
  };
}

/** Outputs that the file does not have and that can be exposed. */
function exposedMap(map: OutputMap, inspection: Inspection | null): readonly FileOutput[] {
  const names: FileOutput[] = [];
  if (inspection && inspection.attentions > 0) names.push('attentions');
  if (inspection && inspection.hiddenStates > 0) names.push('hidden_states', 'last_hidden_state');
  return names.filter((name) => !map.has(name));
}

/** A graph that nobody here understands can be run all the same; only its inside stays closed. */
async function inspect(options: ModelFilesOptions, map: OutputMap): Promise<Inspection | null> {
  const floats: FileOutput[] = ['logits', 'start_logits', 'end_logits', 'last_hidden_state'];
  const of = floats.flatMap((name) => map.get(name) ?? []);
  try {
    const found = await options.cache.inspect({ of });
    if (!found.hasTokenGradients)
      options.log.info(
        { model: options.model, missing: found.missing },
        'the model cannot be differentiated',
      );
    return found;
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    options.log.warn({ model: options.model, problem }, 'the inside of the model could not be looked at');
    return null;
  }
}
