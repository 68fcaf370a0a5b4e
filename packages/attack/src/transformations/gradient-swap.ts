import type { AttackContext, LossGradient, Outcome, Tokens, Vocabulary } from '../context.ts';
import { isStopWord } from '../stop-words.ts';
import { type AttackSubject, type Candidate, type Edit, textOf, unitOf } from '../subject.ts';
import { casingOf, inCasingOf, splitWords } from '../words.ts';
import { firstOrder, type Site } from './first-order.ts';
import { standing, type Transformation } from './transformation.ts';

export interface GradientSwapOptions {
  /** Candidates at the most. */
  readonly count: number;
  /** Least cosine of old and new embedding; none by default. */
  readonly minCosine: number | undefined;
  readonly changeStopWords: boolean;
  /** The outcome whose loss is raised, or lowered with `toward`. */
  readonly of: Outcome;
  readonly toward: boolean;
}

/**
 * HotFlip's step (Ebrahimi et al. 2018): swapping word a for b changes the loss by (E_b − E_a)·∇L to first
 * order; the best pairs of word and replacement over the whole vocabulary. A word takes part when it is one
 * piece of the tokenizer, and so is its replacement, of the same casing and leading-space class, letters
 * only; the new text is tokenized again and must differ in that piece alone, so that the estimate is of the
 * text the model will see.
 */
export function gradientSwap(options: GradientSwapOptions): Transformation {
  return async (from, { subject, session, indices }) => {
    const unit = unitOf(subject, from);
    const [gradient] = await session.gradient([{ unit, of: inNewContext(options.of, subject, from) }]);
    if (!gradient) return [];
    const vocabulary = await session.context.vocabulary();
    const sites = sitesOf(gradient, { subject, from, vocabulary, options, indices });
    const sign = options.toward ? -1 : 1;
    // More than asked for, because some do not survive tokenization.
    const pairs = await firstOrder(sites, { ...options, vocabulary, count: 4 * options.count, sign });
    const edits = pairs.map(({ site, id, estimate }) => ({
      edit: editOf(from, site, { to: vocabulary.entries[id]!.text, estimate }),
      site,
      id,
    }));
    return keepWhole(edits, { subject, from, context: session.context, count: options.count });
  };
}

/** An answer's place in the edited context: the same words, which may have moved by the edits before it. */
function inNewContext(of: Outcome, subject: AttackSubject, from: Candidate): Outcome {
  if (of.kind !== 'answer' || of.answer === '' || subject.part === 0) return of;
  const now = splitWords(textOf(subject, from)).spans;
  const inside = subject.split.spans.flatMap(([start, end], i) =>
    start < of.end && end > of.start ? [i] : [],
  );
  const [first, last] = [inside[0], inside.at(-1)];
  if (first === undefined || last === undefined || !now[first] || !now[last]) return of;
  const start = now[first][0] + Math.max(0, of.start - subject.split.spans[first]![0]);
  const end = now[last][1] - Math.max(0, subject.split.spans[last]![1] - of.end);
  return { ...of, start, end };
}

interface SiteCall {
  readonly subject: AttackSubject;
  readonly from: Candidate;
  readonly vocabulary: Vocabulary;
  readonly options: GradientSwapOptions;
  readonly indices: readonly number[] | null;
}

/** Words that are a single piece, with the gradient there summed over the unit's rows. */
function sitesOf(gradient: LossGradient, call: SiteCall): readonly Site[] {
  const { subject, from, vocabulary, options, indices } = call;
  const text = textOf(subject, from);
  const points = [...text];
  const split = splitWords(text);
  const allowed = new Set(
    standing(from, indices).filter(
      (i) => !subject.kept.has(i) && !from.edits.some((edit) => edit.index === i),
    ),
  );
  const [first] = gradient.rows;
  return first!.tokens.inputIds.flatMap((id, t): Site[] => {
    const { tokens } = first!;
    if (tokens.specialTokensMask[t] || !isPart(tokens, t, subject) || !aloneInWord(tokens, t)) return [];
    const entry = vocabulary.entries[id];
    const [start, end] = trimmed(points, tokens.offsets[t]!);
    const index = split.spans.findIndex(([a, b]) => start >= a && end <= b);
    const surface = points.slice(start, end).join('');
    if (!entry || !allowed.has(index) || !/^\p{L}+$/u.test(surface)) return [];
    if (!options.changeStopWords && isStopWord(surface)) return [];
    const offset = start - split.spans[index]![0];
    return [
      {
        index,
        id,
        start,
        offset,
        length: end - start,
        surface,
        casing: casingOf(entry.text),
        startsWord: entry.startsWord,
        gradient: summedAt(gradient, t, vocabulary.width),
      },
    ];
  });
}

function isPart(tokens: Tokens, t: number, subject: AttackSubject): boolean {
  return tokens.sequenceIds[t] === (typeof subject.unit[0] === 'string' ? 0 : subject.part);
}

function aloneInWord({ wordIds, sequenceIds }: Tokens, t: number): boolean {
  const same = (other: number): boolean =>
    wordIds[other] === wordIds[t] && wordIds[t] !== null && sequenceIds[other] === sequenceIds[t];
  return !same(t - 1) && !same(t + 1);
}

/** Gradient at the token with the same place in each row: rows of a unit share the edited text. [H] */
function summedAt({ rows }: LossGradient, t: number, width: number): Float64Array {
  const sum = new Float64Array(width);
  const [first] = rows;
  const [start, end] = first!.tokens.offsets[t]!;
  const part = first!.tokens.sequenceIds[t];
  for (const { tokens, gradient } of rows) {
    const at = tokens.offsets.findIndex(
      ([a, b], k) => a === start && b === end && tokens.sequenceIds[k] === part,
    );
    if (at < 0) continue; // cut off in this row
    for (let h = 0; h < width; h += 1) sum[h]! += gradient[at * width + h]!;
  }
  return sum;
}

/** The word with the piece swapped in it, in the casing the user wrote. */
function editOf(from: Candidate, site: Site, swap: { to: string; estimate: number }): Edit {
  const letters = [...from.words[site.index]!];
  const cased = site.casing === casingOf(site.surface) ? swap.to : inCasingOf(swap.to, site.surface);
  letters.splice(site.offset, site.length, cased);
  return { index: site.index, from: from.words[site.index]!, to: letters.join(''), estimate: swap.estimate };
}

/** Those whose text falls into the old pieces with the one swapped. */
async function keepWhole(
  found: readonly { readonly edit: Edit; readonly site: Site; readonly id: number }[],
  call: {
    readonly subject: AttackSubject;
    readonly from: Candidate;
    readonly context: AttackContext;
    readonly count: number;
  },
): Promise<readonly Edit[]> {
  const { subject, from, context, count } = call;
  const texts = [
    textOf(subject, from),
    ...found.map(({ edit }) => {
      const words = from.words.map((word, i) => (i === edit.index ? edit.to : word));
      return textOf(subject, { words, edits: [] });
    }),
  ];
  const [before, ...after] = await context.encode(texts);
  const points = [...texts[0]!];
  const placeOf = (start: number): number =>
    before!.offsets.findIndex(
      (span, t) => !before!.specialTokensMask[t] && trimmed(points, span)[0] === start && span[1] > start,
    );
  return found
    .filter(({ site, id }, k) => {
      const ids = after[k]!.inputIds;
      const place = placeOf(site.start);
      return (
        ids.length === before!.inputIds.length &&
        ids.every((now, t) => now === (t === place ? id : before!.inputIds[t]))
      );
    })
    .slice(0, count)
    .map(({ edit }) => edit);
}

function trimmed(
  points: readonly string[],
  [from, to]: readonly [number, number],
): readonly [number, number] {
  let start = from;
  while (start < to && /\s/u.test(points[start]!)) start += 1;
  return [start, to];
}
