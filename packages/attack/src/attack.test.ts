import { type AttackedInput, parseAttackOptions } from '@tessera/contracts';
import { describe, expect, it } from 'vitest';
import { attack as attackParsed } from './attack.ts';
import type { AttackContext, Unit } from './context.ts';
import type { Attacked, AttackRequest } from './request.ts';
import { openSession } from './session.ts';
import { makeSubject, startOf } from './subject.ts';
import { toyContext } from './testing/toy-context.ts';
import { toyReader } from './testing/toy-reader.ts';
import { firstOrder, type Site } from './transformations/first-order.ts';
import { gradientSwap } from './transformations/gradient-swap.ts';
import { casingOf, splitWords } from './words.ts';

/** An attack by options as a caller writes them. */
async function attack(
  { kwargs, units }: { readonly kwargs: object; readonly units: AttackRequest['units'] },
  context: AttackContext,
): Promise<Attacked> {
  return attackParsed({ options: parseAttackOptions({ ...kwargs }).options, units }, context);
}

/** What happened to the first input. */
function story({ report }: Attacked): AttackedInput {
  if ('inputs' in report) return report.inputs[0]!;
  throw new Error(`${report.method} has no report of a single input`);
}

const review: Unit = ['The film is good, the story Great!'];
const unlimited = { modelCalls: Infinity, seconds: Infinity };

describe('hotflip', () => {
  it('chooses what brute force over the vocabulary chooses', async () => {
    const context = toyContext();
    const [original] = await context.predict([review]);
    const subject = makeSubject({
      unit: review,
      part: 0,
      original: original!,
      protect: [],
      includeAnswer: false,
    });
    const session = openSession({ context, limits: unlimited, note: '' });
    const options = { count: 5, minCosine: undefined, changeStopWords: false, of: original!, toward: false };
    const edits = await gradientSwap(options)(startOf(subject), { subject, session, indices: null });
    // By hand: every content word × every content word of the vocabulary, (E_b − E_a) · g.
    const { entries, table, width } = await context.vocabulary();
    const [gradient] = await context.lossGradient([{ unit: review, of: original! }]);
    const { tokens, gradient: g } = gradient!.rows[0]!;
    const stop = new Set(['the', 'is', 'a', 'and', 'not', 'was', '.', ',', '!', '?']);
    const all = tokens.inputIds.flatMap((a, t) =>
      entries.flatMap((entry, b) => {
        const old = entries[a]?.text;
        if (!entry || !old || stop.has(entry.text) || stop.has(old) || a === b) return [];
        let estimate = 0;
        for (let h = 0; h < width; h += 1)
          estimate += (table[b * width + h]! - table[a * width + h]!) * g[t * width + h]!;
        return [{ old, to: entry.text, estimate }];
      }),
    );
    const expected = all.sort((x, y) => y.estimate - x.estimate).slice(0, 5);
    expect(edits.map((edit) => edit.estimate)).toEqual(
      expected.map((one) => expect.closeTo(one.estimate, 5)),
    );
    expect(edits[0]!.to!.toLowerCase()).toContain(expected[0]!.to);
  });

  it('flips the label, in the words and casing of the user, by a minimal set of flips', async () => {
    const context = toyContext();
    const found = await attack({ kwargs: { method: 'hotflip', max_flips: 4 }, units: [review] }, context);
    expect(story(found)).toMatchObject({
      success: true,
      original: { name: 'positive' },
      final: { name: 'negative' },
    });
    const edits = story(found).edits;
    const steps = story(found).steps;
    expect(story(found).texts).toHaveLength(steps + 1);
    expect(story(found).texts[0]).toBe(review[0]);
    // Each row differs from the one before in exactly the word of its index, and has as many words.
    const rows = story(found).texts.map((text) => splitWords(text).words);
    for (let k = 1; k <= steps; k += 1)
      expect(rows[k]!.flatMap((word, i) => (word === rows[k - 1]![i] ? [] : [i]))).toEqual([
        story(found).indices[k - 1],
      ]);
    expect(rows.every((words) => words.length === 7)).toBe(true);
    for (const { from, to } of edits) {
      expect(casingOf(to!.replace(/\W/g, ''))).toBe(casingOf(from.replace(/\W/g, '')));
      expect(to!.replace(/\w/g, '')).toBe(from.replace(/\w/g, ''));
    }
    // Undoing any one flip undoes the success.
    for (const skip of edits.keys()) {
      const words = [...rows[0]!];
      edits.forEach((edit, i) => {
        if (i !== skip) words[edit.word] = edit.to!;
      });
      const [outcome] = await context.predict([[words.join(' ')]]);
      expect(outcome).toMatchObject({ label: 1 });
    }
    // The last state really is what is claimed.
    const [afresh] = await context.predict([found.rows.at(-1)!]);
    expect(afresh).toMatchObject({ label: 0 });
  });

  it('goes for a target, spares protected words, and refuses an unknown class', async () => {
    const run = (kwargs: object) =>
      attack({ kwargs: { method: 'hotflip', ...kwargs }, units: [review] }, toyContext());
    expect(story(await run({ target: 'negative' }))).toMatchObject({
      success: true,
      goal: 'targeted',
    });
    const spared = await run({ protect: [[12, 34]] });
    const touched = story(spared).edits.map((edit) => edit.word);
    expect(touched.every((word) => word < 3)).toBe(true);
    await expect(run({ target: 'maybe' })).rejects.toThrow('attack.target: there is no class "maybe"');
  });

  it('raises the loss more than random flips do', async () => {
    const context = toyContext();
    const loss = (text: string): number => {
      const [a, b] = context.logits(text) as [number, number];
      return Math.log(1 + Math.exp(a - b));
    };
    const found = await attack(
      { kwargs: { method: 'hotflip', max_flips: 1, candidates: 1 }, units: [review] },
      context,
    );
    const flipped = loss(story(found).texts[1]!);
    const words = splitWords(review[0] as string).words;
    const random = ['film', 'music', 'warm', 'actor', 'scene', 'nice'].flatMap((to) =>
      [1, 3, 5, 6].map((i) => loss(words.map((word, k) => (k === i ? to : word)).join(' '))),
    );
    expect(flipped).toBeGreaterThan(random.reduce((a, b) => a + b) / random.length);
  });

  it('a wider beam is never worse than greedy', async () => {
    for (const text of ['good film', 'a great, great story', 'lovely warm nice fine film']) {
      const run = async (beam: number) =>
        story(
          await attack({ kwargs: { method: 'hotflip', beam, candidates: 3 }, units: [[text]] }, toyContext()),
        );
      const [greedy, wide] = [await run(1), await run(4)];
      if (greedy.success) expect(wide.success).toBe(true);
      if (greedy.success) expect(wide.wordsChanged).toBeLessThanOrEqual(greedy.wordsChanged);
    }
  });

  it('scores the candidates of a step as one batch and stops on a spent budget', async () => {
    const context = toyContext({ chunkRows: 64 });
    await attack({ kwargs: { method: 'hotflip', max_flips: 1, candidates: 10 }, units: [review] }, context);
    expect(context.calls.predict.slice(0, 2)).toEqual([1, 10]);
    const budget = { model_calls: 4 };
    const found = await attack({ kwargs: { method: 'hotflip', budget }, units: [review] }, toyContext());
    expect(story(found)).toMatchObject({ budgetSpent: true, queries: 3 });
    expect(found.warnings).toEqual([expect.stringContaining('budget ended')]);
  });
});

describe('first-order ranking', () => {
  it('keeps the best of all sites, either sign, ties in order of id', async () => {
    const vocabulary = {
      entries: ['aa', 'bb', 'cc', 'dd'].map((text) => ({ text, startsWord: true })),
      table: Float32Array.of(0, 1, 2, 2),
      width: 1,
    };
    const site = (id: number, slope: number): Site => ({
      index: 0,
      id,
      start: 0,
      offset: 0,
      length: 2,
      surface: vocabulary.entries[id]!.text,
      casing: 'lower',
      startsWord: true,
      gradient: Float64Array.of(slope),
    });
    const sites = [site(0, 1), site(1, -3)];
    const options = { vocabulary, count: 3, minCosine: undefined, changeStopWords: true };
    const up = await firstOrder(sites, { ...options, sign: 1 });
    expect(up.map((swap) => [swap.site.id, swap.id, swap.estimate])).toEqual([
      [1, 0, 3],
      [0, 2, 2],
      [0, 3, 2],
    ]);
    const down = await firstOrder(sites, { ...options, sign: -1 });
    expect(down.map((swap) => swap.estimate)).toEqual([-3, -3, 1]);
  });
});

describe('input_reduction', () => {
  const unit: Unit = [['In which city does the tower stand, please?', 'The tower Paris. City Rome.']];

  it('keeps the answer at every listed step and ends as short as brute force', async () => {
    const context = toyReader();
    const found = await attack(
      { kwargs: { method: 'input_reduction', max_reductions: 7 }, units: [unit] },
      context,
    );
    expect(story(found).texts).toHaveLength(8);
    expect(story(found).texts[0]).toBe('In which city does the tower stand, please?');
    for (const question of story(found).texts) {
      const [afresh] = await context.predict([[[question, 'The tower Paris. City Rome.']]]);
      expect(afresh).toMatchObject({ answer: (story(found).original as { answer: string }).answer });
    }
    expect(story(found)).toMatchObject({ success: true, reducedTo: 1, goal: 'keep' });
    expect(new Set(story(found).samePrediction)).toEqual(new Set([true]));
    // Rows follow the indices in true removal order.
    const words = splitWords(story(found).texts[0]!).words;
    const indices = story(found).indices;
    const gone = new Set<number>();
    for (let k = 1; k < 8; k += 1) {
      gone.add(indices[k - 1]!);
      expect(splitWords(story(found).texts[k]!).words).toEqual(words.filter((_, i) => !gone.has(i)));
    }
  });

  it('by a saliency method tries its least important words first and computes them anew', async () => {
    const context = toyContext();
    const kwargs = { method: 'input_reduction', saliency_method: 'simple_grads', beam: 1 };
    const found = await attack({ kwargs, units: [['the plot was good']] }, context);
    expect(story(found).texts[0]).toBe('the plot was good');
    expect(story(found)).toMatchObject({ reducedTo: 1 });
    expect(story(found).texts.at(-1)).toBe('good');
    expect(context.calls.saliency).toBeGreaterThanOrEqual(3);
    expect(found.explainRowsBy).toBe('simple_grads');
  });

  it('a beam is never longer than greedy', async () => {
    for (const text of ['good bad good film', 'not a bad good lovely film', 'great awful great weak fine']) {
      const run = async (beam: number) =>
        story(await attack({ kwargs: { method: 'input_reduction', beam }, units: [[text]] }, toyContext()));
      expect((await run(5)).reducedTo).toBeLessThanOrEqual((await run(1)).reducedTo);
    }
  });

  it('an input that cannot be reduced has no steps', async () => {
    const found = await attack(
      { kwargs: { method: 'input_reduction', max_reductions: 3 }, units: [['good']] },
      toyContext(),
    );
    expect(story(found)).toMatchObject({ indices: [], steps: 0, success: false });
    expect(story(found).texts).toEqual(['good']);
  });
});

describe('sub_span and topk_tokens', () => {
  const unit: Unit = ['the film is good and warm but the plot was dull'];

  it('sub_span keeps the contiguous words with the highest sum', async () => {
    const kwargs = { method: 'sub_span', saliency_method: 'attention', max_tokens: 3 };
    const found = await attack({ kwargs, units: [unit] }, toyContext());
    expect(story(found).indices).toEqual([3, 4, 5]);
    expect(story(found).texts).toEqual([unit[0], 'good and warm']);
  });

  it('topk_tokens: row k holds the k best in the order of the text, the full-length row included', async () => {
    const kwargs = { method: 'topk_tokens', saliency_method: 'attention', max_tokens: 3 };
    const found = await attack({ kwargs, units: [unit] }, toyContext());
    const indices = story(found).indices;
    expect(indices).toHaveLength(3);
    expect(story(found).texts).toHaveLength(4);
    const words = splitWords(unit[0] as string).words;
    [1, 2, 3].forEach((k) => {
      const kept = new Set(indices.slice(0, k));
      expect(story(found).texts[k]).toBe(words.filter((_, i) => kept.has(i)).join(' '));
    });
    const all = await attack({ kwargs: { ...kwargs, max_tokens: 50 }, units: [['good film']] }, toyContext());
    expect(story(all).texts[2]).toBe('good film');
    expect(story(all).texts).toHaveLength(3);
  });

  it('scores of zero and an empty text do no harm', async () => {
    const flat = toyContext({ saliency: async (units) => units.map(() => ({ modelCalls: 1, values: [] })) });
    const kwargs = { method: 'sub_span', saliency_method: 'attention', max_tokens: 2 };
    const found = await attack({ kwargs, units: [['good film now']] }, flat);
    expect(story(found).texts).toEqual(['good film now', 'good film']);
    const empty = await attack({ kwargs: { ...kwargs, method: 'topk_tokens' }, units: [['']] }, toyContext());
    expect(story(empty).indices).toEqual([]);
  });
});

describe('substitutions in the order of importance', () => {
  it('deepwordbug edits characters of the words that matter', async () => {
    const run = (seed: number) =>
      attack({ kwargs: { method: 'deepwordbug', seed }, units: [['the film is good']] }, toyContext());
    const found = await run(1);
    const edits = story(found).edits;
    expect(edits.map((edit) => edit.from)).toContain('good');
    expect(await run(1)).toEqual(found);
  });

  it('neighbour_substitution uses the deployed model, or the model itself', async () => {
    const asked: string[] = [];
    const neighbours = async (words: readonly string[]) => {
      asked.push(...words);
      return words.map(() => [
        { word: 'awful', cosine: 0.9 },
        { word: 'dull', cosine: 0.2 },
      ]);
    };
    const kwargs = { method: 'neighbour_substitution', min_cosine: 0.5, max_flips: 1 };
    const found = await attack({ kwargs, units: [['The film is Good!']] }, toyContext({ neighbours }));
    expect(story(found).texts[1]).toBe('The film is Awful!');
    expect(asked).toContain('Good');
    const own = await attack(
      { kwargs: { ...kwargs, min_cosine: -1, candidates: 30 }, units: [['the film is good']] },
      toyContext(),
    );
    expect(story(own)).toMatchObject({ success: true });
  });

  it('bae hides the word and bert_attack shows it; both say what is missing', async () => {
    const seen: boolean[] = [];
    const fillMask: NonNullable<Parameters<typeof attack>[1]['fillMask']> = async (requests) =>
      requests.map(({ words, index, masked }) => {
        seen.push(masked);
        expect(words[index]).toBeDefined();
        return [
          { word: '##x', probability: 0.5 },
          { word: 'poor', probability: 0.4 },
        ];
      });
    const run = (method: string, context = toyContext({ fillMask })) =>
      attack({ kwargs: { method, max_flips: 1 }, units: [['the film is good']] }, context);
    expect(story(await run('bae')).texts[1]).toBe('the film is poor');
    expect(seen.every(Boolean)).toBe(true);
    seen.length = 0;
    await run('bert_attack');
    expect(seen.some(Boolean)).toBe(false);
    await expect(run('bae', toyContext())).rejects.toThrow('attack.fill_mask_model');
  });

  it('a least similarity is asked of the deployed model and kept', async () => {
    const similarity = async (pairs: readonly (readonly [string, string])[]) =>
      pairs.map(([, b]) => (b.includes('poor') ? 0.95 : 0.1));
    const fillMask = async (requests: readonly unknown[]) =>
      requests.map(() => [
        { word: 'awful', probability: 0.9 },
        { word: 'poor', probability: 0.1 },
      ]);
    const kwargs = { method: 'bae', min_similarity: 0.9, max_flips: 1 };
    const found = await attack({ kwargs, units: [['good film']] }, toyContext({ fillMask, similarity }));
    expect(story(found).texts[1]).toContain('poor');
    await expect(attack({ kwargs, units: [['good film']] }, toyContext({ fillMask }))).rejects.toThrow(
      'attack.similarity_model',
    );
  });
});

describe('a set of inputs', () => {
  it('each is attacked, and the table is the one of TextAttack', async () => {
    const units: [Unit, ...Unit[]] = [['good film'], ['the scene'], ['bad film']];
    const found = await attack(
      { kwargs: { method: 'hotflip', max_flips: 1, labels: [1, null, 1] }, units },
      toyContext(),
    );
    if (!('inputs' in found.report)) throw new Error('no inputs');
    const { inputs, table } = found.report;
    expect(inputs).toHaveLength(3);
    expect(inputs[0]!.success).toBe(true);
    expect(inputs[2]).toMatchObject({ skipped: true, correct: false, queries: 0, edits: [] });
    expect(table).toMatchObject({
      inputs: 3,
      skipped: 1,
      originalAccuracy: 1 / 2,
      accuracyUnderAttack: 0,
      successRate: inputs.slice(0, 2).filter((one) => one.success).length / 2,
      meanQueries: (inputs[0]!.queries + inputs[1]!.queries) / 2,
    });
    expect(story(found).texts[0]).toBe('good film');
  });

  it('tells no accuracy without true labels, and refuses labels that fit nothing', async () => {
    const units: [Unit, ...Unit[]] = [['good film'], ['the scene']];
    const run = (labels?: unknown) =>
      attack({ kwargs: { method: 'hotflip', max_flips: 1, labels }, units }, toyContext());
    expect((await run()).report).toMatchObject({
      table: { skipped: 0, originalAccuracy: null, accuracyUnderAttack: null },
    });
    await expect(run([1])).rejects.toThrow('1 labels for 2 inputs');
    await expect(run([1, 'nonsense'])).rejects.toThrow('attack.labels.1');
    await expect(run([1, ['Paris']])).rejects.toThrow('attack.labels.1');
  });

  it('universal triggers change the predictions of the set', async () => {
    const units: [Unit, ...Unit[]] = [['good film'], ['great story'], ['a fine actor']];
    const found = await attack(
      { kwargs: { method: 'universal_triggers', trigger_length: 2 }, units },
      toyContext(),
    );
    const { report } = found;
    if (!('trigger' in report)) throw new Error('no trigger');
    expect(report).toMatchObject({ successRate: 1, successRateWithout: 0, originals: { length: 3 } });
    const { trigger } = report;
    expect(report.texts).toEqual(units.map(([text]) => `${trigger.join(' ')} ${text}`));
  });

  it('checklist counts failures of invariance and direction', async () => {
    const tests = [
      {
        name: 'nouns',
        capability: 'Taxonomy',
        template: 'the {noun} is {adj}',
        lexicon: { noun: ['film', 'plot'], adj: ['good', 'bad'] },
        perturbation: { replace: { film: 'scene' } },
      },
      {
        name: 'worse',
        template: 'a {adj} film',
        lexicon: { adj: ['good', 'warm'] },
        perturbation: { append: 'awful awful' },
      },
    ];
    const run = async (method: string) => {
      const kwargs = { method, tests, target: 'positive' };
      const { report } = await attack({ kwargs, units: [['unused']] }, toyContext());
      return 'tests' in report ? report.tests : [];
    };
    const [nouns, worse] = await run('checklist_invariance');
    expect(nouns).toMatchObject({ kind: 'invariance', capability: 'Taxonomy', total: 2, failed: 0 });
    expect(worse).toMatchObject({ total: 2, failed: 2 });
    const directional = await run('checklist_directional');
    expect(directional[1]).toMatchObject({ kind: 'directional', failureRate: 0 });
  });
});

describe('an attack', () => {
  it('with an equal seed gives an equal result', async () => {
    const run = () => attack({ kwargs: { method: 'hotflip', seed: 3 }, units: [review] }, toyContext());
    expect(await run()).toEqual(await run());
  });

  it('stops when the task is cancelled', async () => {
    const controller = new AbortController();
    const context = toyContext({ signal: controller.signal });
    const lossGradient = context.lossGradient.bind(context);
    const cancelling = {
      ...context,
      lossGradient: (requests: Parameters<typeof lossGradient>[0]) => {
        controller.abort();
        return lossGradient(requests);
      },
    };
    await expect(
      attack({ kwargs: { method: 'hotflip' }, units: [review] }, cancelling),
    ).rejects.toMatchObject({ code: 'TASK_CANCELLED' });
  });

  it('spares the answer unless told otherwise, and keeps row 0 as it was', async () => {
    const unit: Unit = [['tower', 'The tower Paris is good.']];
    const reader = (include_answer: boolean) => {
      const context = toyReader();
      return attack(
        { kwargs: { method: 'topk_tokens', max_tokens: 1, include_answer }, units: [unit] },
        context,
      );
    };
    expect(story(await reader(false)).texts[0]).toBe('The tower Paris is good.');
    const protectedWords = makeSubject({
      unit,
      part: 1,
      original: { kind: 'answer', answer: 'Paris', start: 10, end: 15, score: 1, candidates: [] },
      protect: [],
      includeAnswer: false,
    }).kept;
    expect([...protectedWords]).toEqual([2]);
  });

  it('says what it needs', async () => {
    const blind = { ...toyContext(), model: { ...toyContext().model, capabilities: ['logits' as const] } };
    await expect(attack({ kwargs: { method: 'hotflip' }, units: [review] }, blind)).rejects.toMatchObject({
      code: 'CAPABILITY_MISSING',
    });
    await expect(attack({ kwargs: { method: 'magic' }, units: [review] }, blind)).rejects.toThrow(
      'Method not allowed',
    );
  });
});
