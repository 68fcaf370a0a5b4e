import type { Capability } from '@tessera/contracts';
import type { FileOutput } from '../forward/output-names.ts';
import type { Inspection } from '../graph/graph-jobs.ts';

/** What a loaded model can give, from its outputs and from what was found inside its graph. */
export function capabilitiesOf(found: {
  readonly outputs: readonly FileOutput[];
  readonly inspection: Inspection | null;
  readonly modelClass: string | null;
  readonly generates: boolean;
}): readonly Capability[] {
  const { outputs, inspection } = found;
  const has = (...wanted: readonly FileOutput[]): boolean => wanted.every((name) => outputs.includes(name));
  const tests: Readonly<Record<Capability, boolean>> = {
    logits: has('logits'),
    'start-end-logits': has('start_logits', 'end_logits'),
    'last-hidden-state': has('last_hidden_state'),
    'pooler-output': has('pooler_output'),
    attentions: has('attentions'),
    'hidden-states': has('hidden_states'),
    'token-gradients': inspection?.hasTokenGradients === true,
    'attention-gradients': inspection?.hasTokenGradients === true && inspection.attentions > 0,
    'embedding-table': inspection !== null && inspection.embeddingWidth !== null,
    generation: found.generates,
    'masked-language-model': /ForMaskedLM$/.test(found.modelClass ?? ''),
  };
  return (Object.keys(tests) as Capability[]).filter((name) => tests[name]);
}
