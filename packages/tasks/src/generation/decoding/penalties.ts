import { FORBIDDEN, type Processor } from './processor.ts';

/**
 * Keskar et al. 2019 (CTRL): scores of ids that occurred are divided by `penalty` when positive, else
 * multiplied.
 */
export function repetitionPenalty(penalty: number): Processor {
  return ({ ids }, scores) => {
    for (const id of new Set(ids)) {
      const score = scores[id];
      if (score !== undefined) scores[id] = score < 0 ? score * penalty : score / penalty;
    }
  };
}

/** No sequence of `size` ids occurs twice: forbids what would complete one that is there already. */
export function noRepeatNgram(size: number): Processor {
  return ({ ids }, scores) => {
    const prefixStart = ids.length + 1 - size;
    if (prefixStart < 0) return;
    for (let start = 0; start + size <= ids.length; start++) {
      let same = true;
      for (let i = 0; same && i < size - 1; i++) same = ids[start + i] === ids[prefixStart + i];
      const last = ids[start + size - 1]!;
      if (same && last < scores.length) scores[last] = FORBIDDEN;
    }
  };
}

/**
 * Forbids the last id of each sequence whose other ids have just been written. End ids alone are never
 * forbidden here.
 */
export function badWords(words: readonly (readonly number[])[], eosIds: readonly number[]): Processor {
  const banned = words.filter((word) => word.length > 1 || !eosIds.includes(word[0]!));
  return ({ ids }, scores) => {
    for (const word of banned) {
      const prefix = word.length - 1;
      const last = word[prefix]!;
      if (prefix > ids.length || last >= scores.length) continue;
      if (word.every((id, i) => i === prefix || id === ids[ids.length - prefix + i]))
        scores[last] = FORBIDDEN;
    }
  };
}
