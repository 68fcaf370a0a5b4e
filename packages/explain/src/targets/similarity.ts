import type { ExplainInstance, Prediction } from '../instance.ts';
import type { Meter } from '../meter.ts';
import { pool, pooledOutput, similarityTo } from '../pooling.ts';
import { type Choice, invalid, refuseContrast, simpleTarget, type TargetOptions } from './choice.ts';

/** F = cosine of this input's embedding with another input's, which is held fixed. */
export async function similarityTarget(
  prediction: Extract<Prediction, { kind: 'similarity' }>,
  {
    options,
    meter,
    asChoices,
    instances,
  }: {
    readonly options: TargetOptions;
    readonly meter: Meter;
    readonly asChoices: boolean;
    readonly instances: readonly ExplainInstance[];
  },
): Promise<Choice> {
  refuseContrast(options, 'embeddings');
  const asked = simpleTarget(options.target);
  if (typeof asked === 'string') throw invalid('target', 'for embeddings give the index of another input');
  const other = asked ?? prediction.other;
  const reference = instances[other]?.windows[0];
  if (!reference)
    throw invalid('target', `a similarity needs two inputs; there is no input ${other} to compare with`);
  const mode = prediction.pooling;
  const [outputs] = await meter.forward([reference], {
    outputs: [pooledOutput(mode)],
    asChoices,
    required: true,
  });
  const target = similarityTo(pool(mode, outputs!), mode);
  return {
    window: 0,
    target,
    queries: [0],
    probability: (row) => target.evaluate(row).f,
    fixedPositions: false,
    description: { kind: 'similarity', other },
  };
}
