import { seededRandom } from '@tessera/base';
import { splitWords } from '../../packages/attack/src/words.ts';
import { finishTask } from '../native-task.ts';
import { printTable } from '../statistics.ts';
import { sentences } from './datasets.ts';
import { parts, withServer } from './server.ts';

/*
 * How often HotFlip changes the starter sentiment model's mind within three words, against random flips, all
 * through HTTP; and whether every success it claims is one when the new text is predicted afresh. Random
 * words come from the other sentences. The stronger rival makes as many guesses for each sentence as HotFlip
 * made queries.
 */
const model = 'tessera/sentiment-en';
const task = 'sequence-classification';
const count = Number(process.env.BENCH_INPUTS ?? 200);
const flips = 3;

interface Row {
  readonly methods: readonly [
    {
      readonly success: boolean;
      readonly text: string;
      readonly queries: number;
      readonly words_changed: number;
    },
  ];
}
interface Evaluation {
  readonly rows: readonly Row[];
  readonly methods: readonly { readonly table: { readonly mean_perturbed_share: number } }[];
}

async function predict(url: string, texts: readonly string[]): Promise<readonly number[]> {
  const labels: number[] = [];
  for (const input of parts(texts, 256)) {
    const { result } = await finishTask(url, { model, task, input });
    labels.push(...(result.labels as number[]));
  }
  return labels;
}

/**
 * Up to three words of the text at random for words of the heap at random: the texts after one, two and three
 * flips.
 */
function randomFlips(text: string, heap: readonly string[], seed: number): readonly string[] {
  const random = seededRandom(seed);
  const { words } = splitWords(text);
  const changed = [...words];
  const places = words.map((_, i) => i);
  return Array.from({ length: Math.min(flips, words.length) }, () => {
    const [place] = places.splice(random.integer(places.length), 1);
    changed[place!] = heap[random.integer(heap.length)]!;
    return changed.join(' ');
  });
}

await withServer(model, async (url) => {
  const { source, texts } = sentences(count);
  const heap = texts
    .flatMap(({ text }) => splitWords(text).words)
    .filter((word) => /^\p{L}{2,}$/u.test(word));
  const attack = [{ method: 'hotflip', max_flips: flips }];
  const records = texts.map(({ text }) => ({ text }));
  const { ms, result } = await finishTask(url, { model, task, records, attack }, '/v1/evaluations');
  const { rows, methods } = result.evaluation as Evaluation;
  const found = rows.map((row) => row.methods[0]);
  const originals = await predict(
    url,
    texts.map(({ text }) => text),
  );
  const afresh = await predict(
    url,
    found.map(({ text }) => text),
  );
  const isFlipped = found.map((_, i) => originals[i] !== afresh[i]);
  const falseSuccesses = found.filter(({ success }, i) => success && !isFlipped[i]).length;

  /** Whether any of the guesses for a sentence changes its label. */
  const guess = async (guesses: (i: number) => readonly string[]): Promise<number> => {
    const all = texts.map((_, i) => guesses(i));
    const labels = await predict(url, all.flat());
    let from = 0;
    return all.filter((mine, i) => {
      from += mine.length;
      return labels.slice(from - mine.length, from).some((label) => label !== originals[i]);
    }).length;
  };
  const draw = (i: number, k: number): readonly string[] => randomFlips(texts[i]!.text, heap, 1000 * i + k);
  const once = await guess((i) => draw(i, 0));
  const often = await guess((i) => {
    const queries = found[i]!.queries;
    return Array.from({ length: Math.ceil(queries / flips) }, (_, k) => draw(i, k))
      .flat()
      .slice(0, queries);
  });

  const successes = found.filter(({ success }) => success).length;
  const queries = found.reduce((sum, one) => sum + one.queries, 0) / count;
  console.log(`${count} sentences of the ${source}, at most ${flips} words each\n`);
  printTable(
    ['flips', 'label changed', 'share', 'queries per sentence'],
    [
      ['hotflip', successes, successes / count, queries],
      ['random, three flips', once, once / count, flips],
      ['random, as many queries as hotflip', often, often / count, queries],
    ],
  );
  console.log('');
  const judged = texts.flatMap(({ label }, i) =>
    label === null ? [] : [{ right: originals[i] === label, i }],
  );
  const right = judged.filter((one) => one.right);
  const standing = right.filter(({ i }) => !found[i]!.success).length;
  printTable(
    [
      'marked success, same label afresh',
      'not marked, other label afresh',
      'accuracy before',
      'accuracy under attack',
      'perturbed share of successes',
      'ms per sentence',
    ],
    [
      [
        falseSuccesses,
        found.filter(({ success }, i) => !success && isFlipped[i]).length,
        judged.length === 0 ? 'no labels' : right.length / judged.length,
        judged.length === 0 ? 'no labels' : standing / judged.length,
        methods[0]!.table.mean_perturbed_share,
        ms / count,
      ],
    ],
  );
  if (falseSuccesses > 0 || found.some(({ words_changed }) => words_changed > flips)) process.exitCode = 1;
});
