import type { TaskResult, WordAttackReport } from '@tessera/contracts';

/** The report of an attack that changes words of each input; throws for any other result. */
export function attackOf({ attack }: TaskResult): WordAttackReport {
  if (attack && 'inputs' in attack) return attack;
  throw new Error('the result has no report of an attack on words');
}
