import type { NamedTensors } from '@tessera/contracts';
import { argmax, classIndex, probabilities } from '../class-reference.ts';
import type { Prediction } from '../instance.ts';
import { logitOf } from '../target.ts';
import { type Choice, simpleTarget, type TargetCall, withContrast } from './choice.ts';

/**
 * F = pre-softmax logit of the predicted class, of the choice, or of the class asked for; minus a contrast's.
 */
export function classTarget(
  prediction: Extract<Prediction, { kind: 'class' | 'choice' }>,
  outputs: NamedTensors,
  { options, model }: TargetCall,
): Choice {
  const logits = outputs['logits']!.data as Float32Array;
  const known = { id2label: model.id2label, classes: logits.length };
  const own = prediction.kind === 'choice' ? (prediction.column ?? logits.length - 1) : argmax(logits);
  const asked = simpleTarget(options.target);
  const index = asked === undefined ? own : classIndex(asked, { field: 'explain.target', ...known });
  const contrast =
    options.contrast === undefined
      ? null
      : classIndex(options.contrast, { field: 'explain.contrast', ...known });
  const target = withContrast(logitOf([index]), contrast === null ? null : logitOf([contrast]));
  return {
    window: 0,
    target,
    queries: [0],
    probability: (row) => probabilities(row['logits']!.data as Float32Array)[index]!,
    fixedPositions: false,
    description: {
      kind: prediction.kind,
      class: index,
      label: model.id2label[String(index)] ?? null,
      ...(contrast === null ? {} : { contrast, contrastLabel: model.id2label[String(contrast)] ?? null }),
    },
  };
}
