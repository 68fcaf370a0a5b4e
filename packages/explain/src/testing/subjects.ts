import { type Limits, unlimited } from '@tessera/base';
import { parseExplainOptions } from '@tessera/contracts';
import type { ExplainContext } from '../context.ts';
import type { ExplainInstance } from '../instance.ts';
import { createMeter, type Meter } from '../meter.ts';
import { explainers } from '../registry.ts';
import { resolve } from '../resolve.ts';
import { settle } from '../settings.ts';
import type { Attribution } from '../subject.ts';

/** Runs one method on one instance, without the wire around it. */
export async function attribute(
  instance: ExplainInstance,
  context: ExplainContext,
  { limits = unlimited, ...kwargs }: { readonly limits?: Limits; readonly [option: string]: unknown },
): Promise<Attribution & { readonly f: number; readonly meter: Meter }> {
  const { options } = parseExplainOptions(kwargs);
  const explainer = explainers[options.method];
  const settings = settle(options, explainer, instance.prediction.kind);
  const meter = createMeter({ context, limits, note: 'test', expected: null });
  const { subject } = await resolve(instance, {
    options,
    meter,
    asChoices: false,
    instances: [instance],
  });
  return { ...(await explainer.explain(subject, settings, meter)), f: subject.f, meter };
}
