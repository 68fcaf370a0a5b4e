import { AppError } from '@tessera/base';
import type { ExplainedTarget, ExplainOptions, NamedTensors } from '@tessera/contracts';
import type { ExplainedModel, LinearTarget, ScalarTarget } from '../context.ts';
import { minus } from '../target.ts';

export type TargetOptions = Pick<ExplainOptions, 'target' | 'contrast'>;

/** What a kind of target needs to be chosen. */
export interface TargetCall {
  readonly options: TargetOptions;
  readonly model: ExplainedModel;
}

/** The scalar of one instance, which window it lies in and what depends on it. */
export interface Choice {
  readonly window: number;
  readonly target: ScalarTarget;
  readonly queries: readonly number[];
  readonly probability: (outputs: NamedTensors) => number;
  readonly fixedPositions: boolean;
  readonly description: ExplainedTarget;
}

export function withContrast(target: LinearTarget, contrast: LinearTarget | null): LinearTarget {
  return contrast ? minus(target, contrast) : target;
}

export function simpleTarget(target: ExplainOptions['target']): number | string | undefined {
  if (typeof target === 'object')
    throw invalid('target', 'a token can be named for token classification only');
  return target;
}

export function refuseContrast(options: TargetOptions, task: string): void {
  if (options.contrast !== undefined) throw invalid('contrast', `${task} has no classes to contrast`);
}

export function invalid(field: string, problem: string): AppError {
  return new AppError('INPUT_INVALID', { detail: { field: `explain.${field}`, problem } });
}
