import type { Random } from '@tessera/base';
import type { Processor } from './processor.ts';
import { withGumbelNoise } from './sample.ts';
import type { Continuation, FinishReason, Search } from './search.ts';
import { largest, largestInRows, type Place } from './select.ts';
import type { StopCheck } from './stop.ts';

export interface BeamOptions {
  readonly prompt: readonly number[];
  readonly beams: number;
  readonly sequences: number;
  readonly lengthPenalty: number;
  readonly earlyStopping: boolean | 'never';
  readonly maxLength: number;
  /** How many ids end a text; that many candidates more are looked at, so that `beams` of them can go on. */
  readonly endIds: number;
  /** Null takes the best candidates, else they are drawn. */
  readonly random: Random | null;
  readonly process: Processor;
  readonly stop: StopCheck;
  readonly fillId: number;
  readonly keepScores: boolean;
}

interface Beam {
  readonly ids: readonly number[];
  readonly score: number;
}

interface Finished extends Beam {
  /** Null marks a place that no finished text has taken yet. */
  readonly finish: FinishReason | null;
}

interface Candidate extends Beam {
  readonly parent: number;
  readonly token: number;
  readonly finish: FinishReason | null;
}

/** Far below any score; float32 arithmetic with it is part of the reference's behaviour. */
const OUT = -1e9;
const { fround } = Math;

/**
 * Beam search as transformers 5 has it: running beams ordered by the sum of log probabilities, finished texts
 * by that sum over length^lengthPenalty, new tokens counted. A text counts as finished only when it ended
 * among the best `beams` candidates of its step. The search is over when no running beam can come before the
 * worst finished text any more (`earlyStopping` false: judged at the present length; "never": at the length
 * that would suit it best; true: as soon as `beams` texts are finished).
 */
export function beamSearch(options: BeamOptions): Search {
  const { prompt, beams, process, random, lengthPenalty, earlyStopping } = options;
  const stepScores: Float32Array[][] = [];
  const none: Finished = { ids: prompt, score: OUT, finish: null };
  let running: Beam[] = Array.from({ length: beams }, (_, b) => ({ ids: prompt, score: b === 0 ? 0 : OUT }));
  let finished: Finished[] = new Array(beams).fill(none);
  let canImprove = true;

  /** Scores of each beam's next token. At the first step all beams are the prompt and share one row. */
  function scoreRows(logits: readonly Float32Array[]): Float32Array[] {
    const rows = logits.map((row, b) => {
      process(running[b]!, row);
      return row;
    });
    return rows.length === beams ? rows : running.map(() => rows[0]!);
  }

  function candidates(logits: readonly Float32Array[]): Candidate[] {
    const rows = scoreRows(logits);
    if (options.keepScores) stepScores.push(rows.map((row) => row.slice()));
    const scores = running.map((beam) => beam.score);
    const count = Math.min(Math.max(2, 1 + options.endIds) * beams, beams * rows[0]!.length);
    const best = random === null ? largestInRows(rows, scores, count) : draw(rows, scores, { count, random });
    return best.map(({ row, at, value }) => {
      const ids = [...running[row]!.ids, at];
      return { ids, parent: row, token: at, score: value, finish: options.stop(ids) };
    });
  }

  function finish(found: readonly Candidate[]): void {
    const isFull = earlyStopping === true && finished.every((text) => text.finish !== null);
    const divisor = (found[0]!.ids.length - prompt.length) ** lengthPenalty;
    const ended = found.map(({ ids, score, finish }, place): Finished => {
      const counts = finish !== null && place < beams;
      let own = fround(score / divisor);
      for (const isOut of [isFull, !canImprove, !counts]) if (isOut) own = fround(own + OUT);
      return { ids, score: own, finish: counts ? finish : null };
    });
    const merged = [...finished, ...ended];
    finished = largest(
      merged.map((text) => text.score),
      beams,
    ).map((at) => merged[at]!);
  }

  function couldImprove(length: number): boolean {
    const best = earlyStopping === 'never' && lengthPenalty > 0 ? options.maxLength - prompt.length : length;
    const possible = fround(running[0]!.score / best ** lengthPenalty);
    const worst = Math.min(...finished.map((text) => text.score));
    return finished.some((text) => possible > (text.finish === null ? OUT : worst));
  }

  return {
    width: beams,
    reads: 'log-probabilities',
    stepScores,
    fillId: options.fillId,
    advance(logits) {
      const found = candidates(logits);
      const goingOn = found.map((c) => fround(c.score + (c.finish === null ? 0 : OUT)));
      const kept = largest(goingOn, beams);
      finish(found);
      running = kept.map((at) => ({ ids: found[at]!.ids, score: goingOn[at]! }));
      canImprove = canImprove && couldImprove(found[0]!.ids.length - prompt.length);
      const hasOpenPlace = earlyStopping !== true || finished.some((text) => text.finish === null);
      const canGoOn = found.some((c) => c.finish === null);
      if (!(canImprove && hasOpenPlace && canGoOn)) return [];
      return kept.map((at): Continuation => {
        const { parent, token } = found[at]!;
        return { parent: logits.length === 1 ? 0 : parent, token };
      });
    },
    hypotheses: () =>
      finished.slice(0, options.sequences).map(({ ids, finish }) => ({ ids, finish: finish ?? 'length' })),
    scores: () => finished.slice(0, options.sequences).map(({ score }) => score),
  };
}

/** `count` candidates drawn without replacement, by their sums of log probabilities. */
function draw(
  rows: readonly Float32Array[],
  scores: readonly number[],
  { count, random }: { readonly count: number; readonly random: Random },
): Place[] {
  const size = rows[0]!.length;
  const sums = new Float32Array(rows.length * size);
  rows.forEach((values, row) => {
    for (let at = 0; at < size; at++) sums[row * size + at] = values[at]! + scores[row]!;
  });
  return largest(withGumbelNoise(sums, random), count).map((place) => ({
    row: Math.floor(place / size),
    at: place % size,
    value: sums[place]!,
  }));
}
