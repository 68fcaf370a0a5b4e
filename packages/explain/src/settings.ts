import {
  type ExplainOptions,
  type Explanation,
  explainCatalogue,
  requireCapabilities,
} from '@tessera/contracts';
import type { ExplainedModel } from './context.ts';
import type { Explainer } from './explainer.ts';
import type { PredictionKind } from './instance.ts';
import type { Settings } from './subject.ts';

/** The caller's options over the method's defaults. */
export function settle(options: ExplainOptions, explainer: Explainer, kind: PredictionKind): Settings {
  const ownPosition = kind === 'token-class' || kind === 'next-token';
  return { query: ownPosition ? 'target' : 'first', ...explainer.defaults, ...given(options) } as Settings;
}

/** Options as they are echoed: everything that was in force. */
export function echo({ method: _, ...settings }: Settings): Explanation['options'] {
  return given(settings);
}

/** Throws CAPABILITY_MISSING when the model cannot do what the method needs. */
export function requireMethod(method: ExplainOptions['method'], model: ExplainedModel): void {
  const possible = Object.entries(explainCatalogue)
    .filter(([, { needs }]) => needs.every((need) => model.capabilities.includes(need)))
    .map(([name]) => name);
  const hint = `It can be explained by: ${possible.join(', ')}.`;
  requireCapabilities(explainCatalogue[method].needs, model, { field: 'explain.method', hint });
}

function given<T extends object>(object: T): Partial<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Partial<T>;
}
