import { type Random, seededRandom } from '@tessera/base';
import { coreOf, standing, type Transformation } from './transformation.ts';

/**
 * DeepWordBug's four edits (Gao et al. 2018): swap two neighbouring letters, substitute one, delete one,
 * insert one. One seeded draw of each kind per word; words of one letter are left alone.
 */
export function characterEdits(seed: number): Transformation {
  return async (from, { indices }) =>
    standing(from, indices).flatMap((index) => {
      const word = from.words[index]!;
      const { before, core, after } = coreOf(word);
      const letters = [...core];
      if (letters.length < 2) return [];
      const random = seededRandom(seed + 7919 * index);
      const variants = new Set(edits.map((edit) => edit(letters, random).join('')));
      variants.delete(core);
      return [...variants].map((variant) => ({ index, from: word, to: before + variant + after }));
    });
}

type CharacterEdit = (letters: readonly string[], random: Random) => readonly string[];

const swap: CharacterEdit = (letters, random) => {
  const at = random.integer(letters.length - 1);
  return letters.map((letter, i) => (i === at ? letters[at + 1]! : i === at + 1 ? letters[at]! : letter));
};

const substitute: CharacterEdit = (letters, random) => {
  const at = random.integer(letters.length);
  return letters.map((letter, i) => (i === at ? randomLetter(random) : letter));
};

const remove: CharacterEdit = (letters, random) => {
  const at = random.integer(letters.length);
  return letters.filter((_, i) => i !== at);
};

const insert: CharacterEdit = (letters, random) => {
  const at = random.integer(letters.length + 1);
  return [...letters.slice(0, at), randomLetter(random), ...letters.slice(at)];
};

const edits: readonly CharacterEdit[] = [swap, substitute, remove, insert];

function randomLetter(random: Random): string {
  return String.fromCodePoint(97 + random.integer(26));
}
