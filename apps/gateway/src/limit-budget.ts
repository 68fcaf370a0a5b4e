import type { JobPayload, JobRequest } from '@tessera/contracts';
import type { Identity } from './access.ts';

/**
 * The same job with a budget of model calls, where it explains or attacks and its caller is no administrator:
 * what was asked for, at most `most`; null for no limit. A spent budget ends with the best result so far, so
 * nobody's explanation runs for ever.
 */
export function limitBudget(job: JobRequest, { role }: Identity, most: number | null): JobRequest {
  const { payload } = job;
  const { explain, attack, evaluation } = payload;
  if (most === null || role === 'admin' || !(explain || attack || evaluation)) return job;
  const limited = <T extends { readonly budget: NonNullable<JobPayload['explain']>['budget'] }>(
    options: T,
  ): T => ({
    ...options,
    budget: { ...options.budget, model_calls: Math.min(options.budget.model_calls ?? most, most) },
  });
  return {
    ...job,
    payload: {
      ...payload,
      explain: explain && limited(explain),
      attack: attack && limited(attack),
      ...(evaluation && {
        evaluation: {
          ...evaluation,
          explain: evaluation.explain.map(limited),
          attack: evaluation.attack.map(limited),
        },
      }),
    },
  };
}
