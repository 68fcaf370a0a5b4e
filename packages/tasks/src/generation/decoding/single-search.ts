import type { Random } from '@tessera/base';
import type { Processor } from './processor.ts';
import { sample } from './sample.ts';
import type { Continuation, FinishReason, Search } from './search.ts';
import { largest } from './select.ts';
import type { StopCheck } from './stop.ts';

export interface SingleOptions {
  readonly prompt: readonly number[];
  /** Texts to draw; more than one only when sampling. */
  readonly sequences: number;
  /** Null decodes greedily. */
  readonly random: Random | null;
  readonly process: Processor;
  readonly stop: StopCheck;
  readonly padId: number;
  readonly keepScores: boolean;
  /** Told of every new id of the first text. */
  readonly onId?: (id: number) => void;
}

interface Draft {
  readonly ids: number[];
  finish: FinishReason | null;
}

/** Greedy decoding, or independent samples of one prompt: the best (or a drawn) id at every step. */
export function singleSearch(options: SingleOptions): Search {
  const { prompt, sequences, random, process, stop, padId } = options;
  const drafts: Draft[] = Array.from({ length: sequences }, () => ({ ids: [...prompt], finish: null }));
  const stepScores: Float32Array[][] = [];

  return {
    width: sequences,
    reads: 'logits',
    stepScores,
    fillId: padId,
    advance(logits) {
      const running = drafts.filter((draft) => draft.finish === null);
      const step: Float32Array[] = [];
      const next: Continuation[] = [];
      running.forEach((draft, row) => {
        // At the first step all texts continue the one row of the prompt.
        const parent = logits.length === 1 ? 0 : row;
        const isShared = logits.length < running.length;
        const scores = isShared ? logits[parent]!.slice() : logits[parent]!;
        process(draft, scores);
        const token = random === null ? largest(scores, 1)[0]! : sample(scores, random);
        if (options.keepScores) step.push(scores.slice());
        draft.ids.push(token);
        if (draft === drafts[0]) options.onId?.(token);
        draft.finish = stop(draft.ids);
        if (draft.finish === null) next.push({ parent, token });
      });
      if (options.keepScores) stepScores.push(inPlace(step, running, drafts, padId));
      return next;
    },
    hypotheses: () => drafts.map(({ ids, finish }) => ({ ids, finish: finish ?? 'length' })),
    scores: () => null,
  };
}

/** Scores by text; a text that is over can only be padded. */
function inPlace(
  step: readonly Float32Array[],
  running: readonly Draft[],
  drafts: readonly Draft[],
  padId: number,
): Float32Array[] {
  return drafts.map((draft) => {
    const own = step[running.indexOf(draft)];
    if (own) return own;
    const padded = new Float32Array(step[0]!.length).fill(Number.NEGATIVE_INFINITY);
    padded[padId] = 0;
    return padded;
  });
}
