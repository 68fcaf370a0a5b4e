import type { ExplainedTarget, NamedTensors } from '@tessera/contracts';
import type { OutputName } from './context.ts';
import type { ExplainInstance, Prediction } from './instance.ts';
import type { Meter } from './meter.ts';
import { pooledOutput } from './pooling.ts';
import { type TokenSequence, wordsOf } from './sequence.ts';
import type { Subject } from './subject.ts';
import { scalarOf } from './target.ts';
import { answerTarget } from './targets/answer.ts';
import type { Choice, TargetOptions } from './targets/choice.ts';
import { classTarget } from './targets/class.ts';
import { nextTokenTarget } from './targets/next-token.ts';
import { similarityTarget } from './targets/similarity.ts';
import { tokenTarget } from './targets/token-class.ts';

/** An instance with its scalar chosen. */
export interface Resolved {
  readonly subject: Subject;
  /** The window that is explained. */
  readonly sequence: TokenSequence;
  readonly window: number;
  /** For people and programs: which class, span or token F belongs to. */
  readonly target: ExplainedTarget;
}

export interface ResolveOptions {
  readonly options: TargetOptions;
  readonly meter: Meter;
  readonly asChoices: boolean;
  readonly instances: readonly ExplainInstance[];
}

/**
 * Runs the instance forward once (each window) and settles which scalar F is explained
 * (docs/square-wire.md#what-should-be-explained).
 */
export async function resolve(instance: ExplainInstance, request: ResolveOptions): Promise<Resolved> {
  const { meter, asChoices } = request;
  const outputs = await meter.forward(instance.windows, {
    outputs: outputsFor(instance.prediction),
    asChoices,
    required: true,
  });
  const choice = await chooseTarget(instance, outputs, request);
  const sequence = instance.windows[choice.window]!;
  return {
    sequence,
    window: choice.window,
    target: choice.description,
    subject: {
      input: { inputIds: sequence.inputIds, typeIds: sequence.typeIds },
      special: sequence.specialTokensMask.map(Boolean),
      words: wordsOf(sequence, instance.texts),
      target: choice.target,
      f: scalarOf(choice.target, outputs[choice.window]!),
      queries: choice.queries,
      probability: choice.probability,
      fixedPositions: choice.fixedPositions,
      asChoices,
    },
  };
}

function outputsFor(prediction: Prediction): readonly OutputName[] {
  if (prediction.kind === 'answer') return ['start_logits', 'end_logits'];
  return prediction.kind === 'similarity' ? [pooledOutput(prediction.pooling)] : ['logits'];
}

async function chooseTarget(
  instance: ExplainInstance,
  outputs: readonly NamedTensors[],
  request: ResolveOptions,
): Promise<Choice> {
  const { prediction } = instance;
  const { model } = request.meter.context;
  switch (prediction.kind) {
    case 'class':
    case 'choice':
      return classTarget(prediction, outputs[0]!, { model, ...request });
    case 'answer':
      return answerTarget(prediction, instance.windows, { outputs, options: request.options });
    case 'token-class':
      return tokenTarget(prediction, instance.windows[0]!, { outputs: outputs[0]!, model, ...request });
    case 'similarity':
      return similarityTarget(prediction, request);
    case 'next-token':
      return nextTokenTarget(prediction, instance.windows[0]!, request.options);
  }
}
