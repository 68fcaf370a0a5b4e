import { AppError } from '@tessera/base';
import type { Session } from '../session.ts';
import { type AttackSubject, type Candidate, startOf, textOf } from '../subject.ts';

/**
 * Keeps the candidates whose text is at least this similar to the original, by the deployed embedding model.
 */
export async function keepSimilar(
  candidates: readonly Candidate[],
  least: number | undefined,
  { subject, session }: { readonly subject: AttackSubject; readonly session: Session },
): Promise<readonly Candidate[]> {
  if (least === undefined || candidates.length === 0) return candidates;
  const { similarity } = session.context;
  if (!similarity)
    throw new AppError('INPUT_INVALID', {
      detail: {
        field: 'attack.similarity_model',
        problem: 'min_similarity needs the name of a deployed embedding model here',
      },
    });
  const before = textOf(subject, startOf(subject));
  const found = await similarity(candidates.map((one) => [before, textOf(subject, one)] as const));
  return candidates.filter((_, i) => found[i]! >= least);
}
