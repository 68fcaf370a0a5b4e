import { logSumExp } from '@tessera/serving';
import { FORBIDDEN, type Processor } from './processor.ts';
import { allowedIds, largest } from './select.ts';

/** Divides scores: below 1 sharpens the distribution, above 1 flattens it. */
export function temperature(value: number): Processor {
  return (_, scores) => {
    for (let i = 0; i < scores.length; i++) scores[i] = scores[i]! / value;
  };
}

/** Fan et al. 2018: the `count` best stay (and what ties with the last of them), at least `keep`. */
export function topK(count: number, keep: number): Processor {
  return (_, scores) => {
    const k = Math.min(Math.max(count, keep), scores.length);
    const least = scores[largest(scores, k)[k - 1]!]!;
    for (let i = 0; i < scores.length; i++) if (scores[i]! < least) scores[i] = FORBIDDEN;
  };
}

/** Holtzman et al. 2020 (nucleus): the least likely go, as long as together they have at most 1 - `mass`. */
export function topP(mass: number, keep: number): Processor {
  return (_, scores) => {
    const rising = allowedIds(scores).sort((a, b) => scores[a]! - scores[b]! || a - b);
    const normalizer = logSumExp(scores);
    let sum = 0;
    for (const id of rising.slice(0, Math.max(0, rising.length - keep))) {
      sum += Math.exp(scores[id]! - normalizer);
      if (sum > 1 - mass) return;
      scores[id] = FORBIDDEN;
    }
  };
}

/** Nguyen et al. 2024: what has less than `share` of the best token's probability goes. */
export function minP(share: number, keep: number): Processor {
  return (_, scores) => {
    const best = largest(scores, Math.min(keep, scores.length));
    const least = scores[best[0]!]! + Math.log(share);
    const kept = new Set(best);
    for (let i = 0; i < scores.length; i++) if (scores[i]! < least && !kept.has(i)) scores[i] = FORBIDDEN;
  };
}

/** Meister et al. 2022: the tokens whose surprise is nearest the entropy stay, until they have `mass`. */
export function typicalP(mass: number, keep: number): Processor {
  return (_, scores) => {
    const normalizer = logSumExp(scores);
    const ids = allowedIds(scores);
    const entropy = -ids.reduce((sum, id) => {
      const logP = scores[id]! - normalizer;
      return sum + logP * Math.exp(logP);
    }, 0);
    const distance = new Map(ids.map((id) => [id, Math.abs(normalizer - scores[id]! - entropy)]));
    ids.sort((a, b) => distance.get(a)! - distance.get(b)! || a - b);
    let sum = 0;
    let last = 0;
    for (; last < ids.length - 1; last++) {
      sum += Math.exp(scores[ids[last]!]! - normalizer);
      if (sum >= mass) break;
    }
    const farthest = distance.get(ids[last]!)!;
    ids.forEach((id, place) => {
      if (place >= keep && distance.get(id)! > farthest) scores[id] = FORBIDDEN;
    });
  };
}

/** Hewitt et al. 2022: what is less likely than `least` goes, except the `keep` best. */
export function epsilonCutoff(least: number, keep: number): Processor {
  return (_, scores) => {
    const normalizer = logSumExp(scores);
    const best = largest(scores, Math.min(keep, scores.length));
    const spared = scores[best.at(-1)!]!;
    for (let i = 0; i < scores.length; i++)
      if (Math.exp(scores[i]! - normalizer) < least && scores[i]! < spared) scores[i] = FORBIDDEN;
  };
}
