import { FORBIDDEN, type Processor } from './processor.ts';

/** No end before the text has `length` ids. */
export function minLength(length: number, eosIds: readonly number[]): Processor {
  return ({ ids }, scores) => {
    if (ids.length < length) forbid(scores, eosIds);
  };
}

/** Nothing but `allowed` as the id at place `position` of the text. */
export function forcedAt(position: number, allowed: readonly number[]): Processor {
  return ({ ids }, scores) => {
    if (ids.length !== position) return;
    scores.fill(FORBIDDEN);
    for (const id of allowed) scores[id] = 0;
  };
}

/** None of `forbidden`, anywhere. */
export function suppress(forbidden: readonly number[]): Processor {
  return (_, scores) => forbid(scores, forbidden);
}

/** None of `forbidden` as the id at place `position`. */
export function suppressAt(position: number, forbidden: readonly number[]): Processor {
  return ({ ids }, scores) => {
    if (ids.length === position) forbid(scores, forbidden);
  };
}

function forbid(scores: Float32Array, ids: readonly number[]): void {
  for (const id of ids) if (id < scores.length) scores[id] = FORBIDDEN;
}
