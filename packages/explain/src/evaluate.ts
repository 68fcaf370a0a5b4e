import { type Random, seededRandom } from '@tessera/base';
import { type ExplainMetric, explainMetrics, type Measures } from '@tessera/contracts';
import { chooseBaseline } from './baseline.ts';
import { outputsAt } from './evaluate-target.ts';
import type { Explainer } from './explainer.ts';
import { createMeter, type ForwardRow, type Meter } from './meter.ts';
import {
  aopc,
  area,
  eraserBins,
  eraserSets,
  ferretSets,
  infidelity,
  kendallTau,
  largestChange,
  spearman,
} from './metrics/faithfulness.ts';
import { type Feature, featureCount, featuresOf, masker } from './perturb.ts';
import type { TokenSequence } from './sequence.ts';
import type { Settings, Subject } from './subject.ts';
import { scalarOf } from './target.ts';

export interface Evaluated {
  readonly explainer: Explainer;
  readonly subject: Subject;
  readonly settings: Settings;
  /** [T] */
  readonly values: Float64Array;
}

/**
 * Random sets for infidelity, neighbours for sensitivity-max and their distance in embedding units (Yeh et
 * al. 2019).
 */
const infidelitySets = 64;
const neighbours = 10;
const radius = 0.02;

/**
 * How good an explanation is, over the ordinary tokens: AOPC comprehensiveness and sufficiency in ferret's
 * and in ERASER's definition, τ to leave-one-out, infidelity, sensitivity-max, the weight-randomisation
 * check, and the deletion and insertion curves. A number the budget did not reach, or that does not apply, is
 * null.
 */
export async function evaluate(it: Evaluated, meter: Meter): Promise<Measures> {
  const { subject, settings, values } = it;
  const features = featuresOf(subject, 'token');
  const scores = features.map((feature) => feature.reduce((sum, t) => sum + values[t]!, 0));
  const baseline = chooseBaseline(meter.context, settings.baseline);
  const without = await masker(subject, baseline, meter);
  const replace = (gone: Iterable<number>): ForwardRow => without([...gone].flatMap((i) => features[i]!));
  const probe = {
    subject,
    meter,
    features,
    scores,
    replace,
    takeOut: remover({ subject, features, replace }),
  };
  const p = await probabilityOf(probe, [subject.input]);
  return {
    features: features.length,
    ...(await measured()),
  };

  async function measured(): Promise<Measures> {
    const wanted = metricsOf(settings);
    const original = p[0] ?? null;
    return {
      ...(wanted.has('ferret_aopc') ? await ferretScores(probe, original) : {}),
      ...(wanted.has('eraser') ? await eraserScores(probe, original) : {}),
      ...(wanted.has('tau_loo') ? await leaveOneOut(probe, original) : {}),
      ...(wanted.has('infidelity') ? await infidelityOf(probe, settings.seed) : {}),
      ...(wanted.has('sensitivity_max') ? { sensitivity_max: await sensitivityMax(it, meter) } : {}),
      ...(wanted.has('mprt')
        ? { mprt: await randomizationCheck(it, meter) }
        : settings.metrics
          ? {}
          : { mprt: null }),
      ...(wanted.has('curves') ? await curves(probe) : {}),
    };
  }
}

/** The measures that were asked for: all but the weight-randomisation check, unless they are named. */
function metricsOf({ metrics, mprt }: Settings): ReadonlySet<ExplainMetric> {
  const named = metrics ?? explainMetrics.filter((name) => name !== 'mprt');
  return new Set(mprt ? [...named, 'mprt'] : named);
}

interface Probe {
  readonly subject: Subject;
  readonly meter: Meter;
  readonly features: readonly Feature[];
  readonly scores: readonly number[];
  /** The row with features replaced by the baseline. */
  readonly replace: (gone: Iterable<number>) => ForwardRow;
  /** The row without the features. */
  readonly takeOut: (gone: Iterable<number>) => ForwardRow;
}

/**
 * Takes tokens out of the row as the published metrics do; where F reads fixed positions they are replaced
 * instead.
 */
function remover({
  subject,
  features,
  replace,
}: Pick<Probe, 'subject' | 'features' | 'replace'>): Probe['takeOut'] {
  if (subject.fixedPositions) return replace;
  return (gone) => {
    const positions = new Set([...gone].flatMap((i) => features[i]!));
    const keep = <T>(list: readonly T[]): T[] => list.filter((_, t) => !positions.has(t));
    return { inputIds: keep(subject.input.inputIds), typeIds: keep(subject.input.typeIds) };
  };
}

async function probabilityOf(
  { subject, meter }: Pick<Probe, 'subject' | 'meter'>,
  rows: readonly ForwardRow[],
): Promise<readonly number[]> {
  const answers = await outputsAt(subject, rows, { meter });
  return answers.map((outputs) => subject.probability(outputs));
}

/** The mean change of probability when the sets go. Null unless every run was made. */
async function aopcOf(
  probe: Probe,
  original: number | null,
  sets: readonly (readonly number[])[],
): Promise<number | null> {
  const found = await probabilityOf(
    probe,
    sets.map((set) => probe.takeOut(set)),
  );
  return found.length === sets.length && original !== null ? aopc(original, found) : null;
}

/** Everything but a set: what goes when only the set is to stay. */
function restOf({ features }: Probe, set: readonly number[]): readonly number[] {
  return features.map((_, i) => i).filter((i) => !set.includes(i));
}

async function ferretScores(probe: Probe, original: number | null): Promise<Measures> {
  const sets = ferretSets(probe.scores);
  // ferret's conventions for an explanation without positive scores: 0 and 1.
  if (sets.length === 0) return { ferret_aopc_comprehensiveness: 0, ferret_aopc_sufficiency: 1 };
  const rests = sets.map((set) => restOf(probe, set));
  return {
    ferret_aopc_comprehensiveness: await aopcOf(probe, original, sets),
    ferret_aopc_sufficiency: await aopcOf(probe, original, rests),
  };
}

async function eraserScores(probe: Probe, original: number | null): Promise<Measures> {
  const sets = eraserSets(probe.scores);
  const rests = sets.map((set) => restOf(probe, set));
  return {
    eraser_comprehensiveness: await aopcOf(probe, original, sets),
    eraser_sufficiency: await aopcOf(probe, original, rests),
    eraser_bins: [...eraserBins],
  };
}

async function leaveOneOut(probe: Probe, original: number | null): Promise<Measures> {
  const left = await probabilityOf(
    probe,
    probe.features.map((_, i) => probe.takeOut([i])),
  );
  const whole = left.length === probe.features.length && original !== null;
  return {
    tau_loo: whole
      ? kendallTau(
          left.map((p) => original - p),
          probe.scores,
        )
      : null,
  };
}

async function infidelityOf({ subject, meter, scores, replace }: Probe, seed: number): Promise<Measures> {
  const random = seededRandom(seed);
  const sets = Array.from({ length: infidelitySets }, () => randomSet(scores.length, random));
  const answers = await outputsAt(subject, sets.map(replace), { meter });
  const predicted = sets.slice(0, answers.length).map((set) => set.reduce((sum, i) => sum + scores[i]!, 0));
  const falls = answers.map((outputs) => subject.f - scalarOf(subject.target, outputs));
  const { plain, scaled } = infidelity(predicted, falls);
  return { infidelity: plain, infidelity_scaled: scaled };
}

function randomSet(size: number, random: Random): readonly number[] {
  const share = random.uniform();
  return Array.from({ length: size }, (_, i) => i).filter(() => random.uniform() < share);
}

async function sensitivityMax({ explainer, subject, settings, values }: Evaluated, meter: Meter) {
  if (!explainer.explainAt) return null;
  const x = await meter.context.embeddings(subject.input.inputIds);
  const random = seededRandom(settings.seed);
  const others = await explainer.explainAt(
    { count: neighbours, at: () => x.map((value) => value + radius * (2 * random.uniform() - 1)) },
    { subject, settings, meter },
  );
  return largestChange(values, others);
}

/**
 * Model parameter randomisation (Adebayo et al. 2018): the rank correlation of |values| with those of the
 * model whose top blocks were drawn anew, one more block each time. A method that looks at the weights falls
 * towards 0. Each member of the answer is for one more block.
 */
async function randomizationCheck(
  { explainer, subject, settings, values }: Evaluated,
  meter: Meter,
): Promise<Measures[string]> {
  const { context } = meter;
  if (!context.randomized) return null;
  const correlations: (number | null)[] = [];
  for (let layers = 1; layers <= context.model.layers + 1 && meter.left > 0; layers += 1) {
    const other = await context.randomized({ layers, seed: settings.seed });
    try {
      const limits = { modelCalls: meter.left, seconds: Infinity };
      const inner = createMeter({ context: other.context, limits, note: 'mprt', expected: null });
      const [outputs] = await outputsAt(subject, [subject.input], { meter: inner, required: true });
      const f = scalarOf(subject.target, outputs!);
      const found = await explainer.explain({ ...subject, f }, settings, inner);
      meter.charge(inner.calls);
      if (inner.spent) break;
      correlations.push(spearman(found.values.map(Math.abs), values.map(Math.abs)));
    } finally {
      await other.close();
    }
  }
  return correlations;
}

/**
 * Probability after the best 0 %, 10 %, … of the features were replaced by the baseline (deletion), and put
 * back (insertion).
 */
async function curves(probe: Probe): Promise<Measures> {
  const order = probe.scores.map((_, i) => i).sort((a, b) => probe.scores[b]! - probe.scores[a]! || a - b);
  const shares = Array.from({ length: 11 }, (_, k) => k / 10);
  const cut = (share: number): number => Math.round(share * order.length);
  const deletion = await probabilityOf(
    probe,
    shares.map((s) => probe.replace(order.slice(0, cut(s)))),
  );
  const insertion = await probabilityOf(
    probe,
    shares.map((s) => probe.replace(order.slice(cut(s)))),
  );
  const whole = deletion.length === shares.length && insertion.length === shares.length;
  return {
    deletion: { share: shares, probability: deletion, area: whole ? area(deletion) : null },
    insertion: { share: shares, probability: insertion, area: whole ? area(insertion) : null },
  };
}

/** About how many model calls measuring one explanation takes. */
export function evaluationCost(sequence: TokenSequence): number {
  return 130 + 3 * featureCount(sequence, 'token');
}
