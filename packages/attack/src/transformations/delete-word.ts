import { standing, type Transformation } from './transformation.ts';

/** Takes one word away. */
export const deleteWord: Transformation = async (from, { indices }) =>
  standing(from, indices).map((index) => ({ index, from: from.words[index]!, to: null }));
