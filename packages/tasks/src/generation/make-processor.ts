import { logSoftmax } from '@tessera/serving';
import { forcedAt, minLength, suppress, suppressAt } from './decoding/constraints.ts';
import { epsilonCutoff, minP, temperature, topK, topP, typicalP } from './decoding/filters.ts';
import { badWords, noRepeatNgram, repetitionPenalty } from './decoding/penalties.ts';
import { chain, type Processor } from './decoding/processor.ts';
import type { GenerationPlan, Lengths } from './plan.ts';

/**
 * Everything a plan does to the scores of the next token, in transformers' order: penalties, bans, forced
 * ids, then filters.
 */
export function makeProcessor(
  plan: GenerationPlan,
  text: Lengths & { readonly promptLength: number },
): Processor {
  const processors: Processor[] = [];
  if (plan.repetitionPenalty !== 1) processors.push(repetitionPenalty(plan.repetitionPenalty));
  if (plan.noRepeatNgramSize > 0) processors.push(noRepeatNgram(plan.noRepeatNgramSize));
  if (plan.badWordsIds.length > 0) processors.push(badWords(plan.badWordsIds, plan.eosIds));
  if (text.minLength > 0 && plan.eosIds.length > 0) processors.push(minLength(text.minLength, plan.eosIds));
  // Only the first place after a start token can be forced: transformers looks for a text of one id.
  if (plan.forcedBosId !== null) processors.push(forcedAt(1, [plan.forcedBosId]));
  if (plan.forcedEosIds.length > 0) processors.push(forcedAt(text.maxLength - 1, plan.forcedEosIds));
  if (plan.suppressTokens.length > 0) processors.push(suppress(plan.suppressTokens));
  if (plan.beginSuppressTokens.length > 0) {
    const isShifted = text.promptLength <= 1 && plan.forcedBosId !== null;
    processors.push(suppressAt(text.promptLength + (isShifted ? 1 : 0), plan.beginSuppressTokens));
  }
  if (plan.doSample) processors.push(...filters(plan));
  if (plan.renormalize) processors.push((_, scores) => logSoftmax(scores));
  return chain(processors);
}

/** Beams keep a token more than there are ways to end, so that they can always go on. */
function filters(plan: GenerationPlan): Processor[] {
  const keep = plan.beams === 1 ? 1 : plan.eosIds.length === 0 ? 2 : plan.eosIds.length + 1;
  const found: Processor[] = [];
  if (plan.temperature !== 1) found.push(temperature(plan.temperature));
  if (plan.topK > 0) found.push(topK(plan.topK, keep));
  if (plan.topP < 1) found.push(topP(plan.topP, keep));
  if (plan.minP !== null) found.push(minP(plan.minP, keep));
  if (plan.typicalP < 1) found.push(typicalP(plan.typicalP, keep));
  if (plan.epsilonCutoff > 0) found.push(epsilonCutoff(plan.epsilonCutoff, keep));
  return found;
}
