import { AppError } from '@tessera/base';
import { inCasingOf } from '../words.ts';
import { coreOf, standing, type Transformation } from './transformation.ts';

/**
 * Swaps a word for what a masked-language model puts there: with the word hidden (BAE, Garg & Ramakrishnan
 * 2020) or seen (BERT-Attack, Li et al. 2020).
 */
export function fillMaskSwap(options: { readonly count: number; readonly masked: boolean }): Transformation {
  return async (from, { session, indices }) => {
    const { fillMask } = session.context;
    if (!fillMask)
      throw new AppError('INPUT_INVALID', {
        detail: {
          field: 'attack.fill_mask_model',
          problem: 'this method needs the name of a deployed masked-language model here',
        },
      });
    const places = standing(from, indices).filter((i) => coreOf(from.words[i]!).core !== '');
    const words = from.words.filter((word) => word !== null);
    const found = await fillMask(
      places.map((index) => ({
        words,
        index: from.words.slice(0, index).filter((word) => word !== null).length,
        masked: options.masked,
        count: options.count,
      })),
    );
    return places.flatMap((index, k) => {
      const word = from.words[index]!;
      const { before, core, after } = coreOf(word);
      return found[k]!.filter((filling) => /^\p{L}+$/u.test(filling.word)).map((filling) => ({
        index,
        from: word,
        to: before + inCasingOf(filling.word, core) + after,
      }));
    });
  };
}
