import type { NamedTensors } from '@tessera/contracts';
import { argmax, classIndex, probabilities } from '../class-reference.ts';
import type { ExplainedModel } from '../context.ts';
import type { Prediction } from '../instance.ts';
import type { TokenSequence } from '../sequence.ts';
import { logitOf } from '../target.ts';
import { type Choice, invalid, type TargetCall, withContrast } from './choice.ts';

/** F = logit of one token's class: the token and class asked for, or the surest token's predicted class. */
export function tokenTarget(
  prediction: Extract<Prediction, { kind: 'token-class' }>,
  sequence: TokenSequence,
  { outputs, options, model }: TargetCall & { readonly outputs: NamedTensors },
): Choice {
  const logits = outputs['logits']!;
  const classes = logits.shape.at(-1)!;
  const row = (t: number): Float32Array =>
    (logits.data as Float32Array).subarray(t * classes, (t + 1) * classes);
  const asked = typeof options.target === 'object' ? options.target.token : options.target;
  if (typeof asked === 'string') throw invalid('target', 'for token classification give a token index');
  const token = asked ?? surestToken(sequence, { row, prediction, model });
  if (token >= sequence.tokens.length)
    throw invalid('target', `the input has ${sequence.tokens.length} tokens, no token ${token}`);
  const known = { id2label: model.id2label, classes };
  const wanted = typeof options.target === 'object' ? options.target.class : undefined;
  const index =
    wanted === undefined ? argmax(row(token)) : classIndex(wanted, { field: 'explain.target', ...known });
  const contrast =
    options.contrast === undefined
      ? null
      : logitOf([token, classIndex(options.contrast, { field: 'explain.contrast', ...known })]);
  return {
    window: 0,
    target: withContrast(logitOf([token, index]), contrast),
    queries: [token],
    probability: (other) => {
      const data = other['logits']!.data as Float32Array;
      return probabilities(data.subarray(token * classes, (token + 1) * classes))[index]!;
    },
    fixedPositions: true,
    description: {
      kind: 'token-class',
      token,
      text: sequence.tokens[token]!,
      class: index,
      label: model.id2label[String(index)] ?? null,
    },
  };
}

/** Unasked, the ordinary token whose predicted class is surest, entity classes first. */
function surestToken(
  sequence: TokenSequence,
  {
    row,
    prediction,
    model,
  }: {
    row: (t: number) => Float32Array;
    prediction: Extract<Prediction, { kind: 'token-class' }>;
    model: ExplainedModel;
  },
): number {
  const ignored = prediction.ignored ?? ['O'];
  let best = { token: 0, rank: -Infinity };
  sequence.specialTokensMask.forEach((special, token) => {
    if (special) return;
    const p = probabilities(row(token));
    const top = argmax(p);
    const rank = p[top]! + (ignored.includes(model.id2label[String(top)] ?? '') ? 0 : 1);
    if (rank > best.rank) best = { token, rank };
  });
  return best.token;
}
