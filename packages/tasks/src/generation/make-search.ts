import { seededRandom } from '@tessera/base';
import { beamSearch } from './decoding/beam-search.ts';
import type { Search } from './decoding/search.ts';
import { singleSearch } from './decoding/single-search.ts';
import { stopCheck } from './decoding/stop.ts';
import { makeProcessor } from './make-processor.ts';
import type { GenerationPlan, Lengths } from './plan.ts';

export interface SearchSetting extends Lengths {
  /** What the decoder starts with: the prompt, or a start token. */
  readonly start: readonly number[];
  /** Seeds the draws of this text. */
  readonly seed: number;
  readonly bytesOf: (id: number) => Uint8Array;
  readonly onId?: (id: number) => void;
}

/** The search that a plan asks for. */
export function makeSearch(plan: GenerationPlan, setting: SearchSetting): Search {
  const { start, maxLength, minLength, seed, bytesOf, onId } = setting;
  const { eosIds, stopStrings, padId } = plan;
  const common = {
    prompt: start,
    sequences: plan.sequences,
    random: plan.doSample ? seededRandom(seed) : null,
    process: makeProcessor(plan, { maxLength, minLength, promptLength: start.length }),
    stop: stopCheck({ maxLength, eosIds, stopStrings, bytesOf }),
    keepScores: plan.outputScores,
  };
  if (plan.beams === 1) return singleSearch({ ...common, padId, ...(onId && { onId }) });
  return beamSearch({
    ...common,
    beams: plan.beams,
    lengthPenalty: plan.lengthPenalty,
    earlyStopping: plan.earlyStopping,
    maxLength,
    endIds: eosIds.length,
    // transformers fills with `pad_token_id or eos_token_id[0]`, where an id of 0 counts as none.
    fillId: padId || (eosIds[0] ?? padId),
  });
}
