import { AppError } from '@tessera/base';
import type { EncodeOptions } from './tokenizer.ts';

/** A stretch [start, end) of token positions. */
export type Stretch = readonly [start: number, end: number];

/** Where the texts of an untruncated encoding lie; everything outside them is special tokens. */
export interface TextStretches {
  readonly total: number;
  readonly first: Stretch;
  /** null for a single text. */
  readonly second: Stretch | null;
}

/** Windows of one text at the most; a longer text is refused before it eats the memory. */
export const maxWindows = 1000;

/**
 * The stretches of the untruncated encoding that each window keeps, in order. The rules are those of the
 * Hugging Face tokenizers library (utils/truncation.rs): the end of a text is cut, special tokens stay, and
 * with a stride each next window starts `stride` tokens before the end of the last one. Three cases are ours:
 * a single text is cut by any rule but `none`, with a stride only one text of a pair is windowed (the longer
 * one under `longest-first`), and a negative room is an error that says which text leaves none. Throws
 * INPUT_INVALID.
 */
export function windowStretches(
  texts: TextStretches,
  options: EncodeOptions,
): readonly (readonly Stretch[])[] {
  const { total, first, second } = texts;
  if (total <= options.maxLength) return [[[0, total]]];
  const refuse = (problem: string): never => {
    throw new AppError('INPUT_INVALID', { detail: { field: 'input', problem } });
  };
  if (options.truncation === 'none')
    return refuse(
      `the text has more than ${options.maxLength} tokens; send a shorter one or allow truncation`,
    );

  const firstLength = first[1] - first[0];
  const secondLength = second ? second[1] - second[0] : 0;
  const room = options.maxLength - (total - firstLength - secondLength);
  if (room <= 0)
    return refuse(`a limit of ${options.maxLength} tokens leaves no room beside the special tokens`);

  let [keepFirst, keepSecond] = [firstLength, secondLength];
  let windowed: 'first' | 'second' = 'first';
  if (second === null) keepFirst = room;
  else if (options.truncation === 'only-first') keepFirst = room - secondLength;
  else if (options.truncation === 'only-second') [windowed, keepSecond] = ['second', room - firstLength];
  else {
    windowed = firstLength > secondLength ? 'first' : 'second';
    [keepFirst, keepSecond] = shareRoom(firstLength, secondLength, room);
  }
  const kept = windowed === 'first' ? keepFirst : keepSecond;
  if (kept <= 0) {
    const other = windowed === 'first' ? 'second' : 'first';
    return refuse(
      `the ${other} text alone fills the limit of ${options.maxLength} tokens and may not be cut; shorten it`,
    );
  }

  const windows = (stretch: Stretch, length: number): readonly Stretch[] =>
    options.stride === null ? [[stretch[0], stretch[0] + length]] : strided(stretch, length, options.stride);
  const cut = (stretch: Stretch, length: number): readonly Stretch[] => [[stretch[0], stretch[0] + length]];
  const firsts = windowed === 'first' ? windows(first, keepFirst) : cut(first, keepFirst);
  const seconds = second
    ? windowed === 'second'
      ? windows(second, keepSecond)
      : cut(second, keepSecond)
    : [];
  const many = windowed === 'first' ? firsts : seconds;
  if (many.length > maxWindows)
    return refuse(`the text gives ${many.length} windows, over the limit of ${maxWindows}; send it in parts`);
  return many.map((window) => {
    const a = windowed === 'first' ? window : firsts[0]!;
    if (second === null) return joined([0, first[0]], a, [first[1], total]);
    const b = windowed === 'second' ? window : seconds[0]!;
    return joined([0, first[0]], a, [first[1], second[0]], b, [second[1], total]);
  });
}

/** How many tokens each text of a pair keeps when the longer gives way first. */
function shareRoom(firstLength: number, secondLength: number, room: number): [number, number] {
  const shorter = Math.min(firstLength, secondLength);
  const half = Math.floor(room / 2);
  const [short, long] = shorter <= half ? [shorter, room - shorter] : [half, room - half];
  return firstLength > secondLength ? [long, short] : [short, long];
}

function strided(stretch: Stretch, length: number, stride: number): readonly Stretch[] {
  const step = length - stride;
  if (step <= 0)
    throw new AppError('INPUT_INVALID', {
      detail: {
        field: 'stride',
        problem: `must be less than the ${length} tokens a window has for the text`,
      },
    });
  const windows: Stretch[] = [];
  for (let start = stretch[0]; ; start += step) {
    const end = Math.min(start + length, stretch[1]);
    windows.push([start, end]);
    if (end === stretch[1]) return windows;
  }
}

/** Drops empty stretches and joins neighbours, so that an uncut encoding stays one stretch. */
function joined(...stretches: readonly Stretch[]): readonly Stretch[] {
  const result: [number, number][] = [];
  for (const [start, end] of stretches) {
    const last = result.at(-1);
    if (start === end) continue;
    if (last && last[1] === start) last[1] = end;
    else result.push([start, end]);
  }
  return result;
}
