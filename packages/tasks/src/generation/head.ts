import { createHash } from 'node:crypto';
import { AppError } from '@tessera/base';
import type { GenerationOptions, JobPayload } from '@tessera/contracts';
import type { Encoding, Generator } from '@tessera/serving';
import type { HeadContext, TaskHead } from '../head.ts';
import { fitAll, limitsOf } from '../inputs/fit.ts';
import { timeTokenizing } from '../inputs/forward.ts';
import { type AttentionLog, logAttentions } from './attention-log.ts';
import { cleanUpSpaces } from './clean-up.ts';
import type { Search } from './decoding/search.ts';
import { makeSearch } from './make-search.ts';
import { generationTensors } from './outputs.ts';
import { pieceBytes } from './piece-bytes.ts';
import { type GenerationPlan, planGeneration, resolveLengths } from './plan.ts';
import { streamText } from './stream-text.ts';

type Payload = JobPayload<'generation'>;

/**
 * Text from text (docs/square-wire.md#generation): every prompt on its own, all of them and those of other
 * tasks in one running batch.
 */
export const generation: TaskHead<'generation'> = {
  task: 'generation',
  async run(payload, context) {
    const { runtime } = context;
    const generator = requireGenerator(context);
    refuseHiddenStates(payload);
    const asked = { ...payload.options, ...(payload.outputAttentions ? { output_attentions: true } : {}) };
    const plan = planGeneration(asked, {
      defaults: generator.defaults,
      config: runtime.description.config,
    });
    requireKnownIds(asked, generator.vocabularySize);
    const prompts = await readPrompts(payload, context);
    const seed = plan.seed ?? seedOf(context.tag ?? '');
    const own = new AbortController();
    const signal = AbortSignal.any([context.signal, own.signal]);
    const writer: Writer = {
      context: { ...context, signal },
      generator,
      plan,
      done: 0,
      total: prompts.length,
    };
    try {
      const texts = await Promise.all(
        prompts.map(({ ids }, input) => write(writer, { ids, input, seed: seed + input })),
      );
      return {
        prediction: {
          generatedTexts: texts.map(({ generated }) => generated),
          // Why each text ended, how long its prompt was, and what draws it again.
          finishReasons: texts.map(({ search }) => search.hypotheses().map(({ finish }) => finish)),
          inputLengths: prompts.map(({ ids }) => ids.length),
          ...(plan.doSample ? { seed } : {}),
        },
        tensors: Object.assign(
          generationTensors(texts.map(({ search }) => search)),
          ...texts.map(({ log }, prompt) => log?.tensors(prompt)),
        ),
        warnings: [
          ...prompts.flatMap(({ warning }) => warning ?? []),
          ...texts.flatMap(({ warning }) => warning ?? []),
        ],
      };
    } catch (error) {
      own.abort(); // the other prompts of a request that has failed need not be written
      throw error;
    }
  },
};

function requireGenerator({ runtime }: HeadContext): Generator {
  if (runtime.generator) return runtime.generator;
  throw new AppError('CAPABILITY_MISSING', {
    detail: {
      field: 'task',
      model: runtime.description.identifier,
      capability: 'generation',
      hint: 'Use a model with a language-model head.',
    },
  });
}

function refuseHiddenStates({ options, outputHiddenStates }: Payload): void {
  if (!outputHiddenStates && !options.output_hidden_states) return;
  throw new AppError('OUTPUT_UNAVAILABLE', {
    detail: {
      field: options.output_hidden_states ? 'options.output_hidden_states' : 'outputHiddenStates',
      output: 'hidden_states',
      hint: 'Generation returns sequences, scores and attentions.',
    },
  });
}

/** Options whose ids are fed to the model or forced upon it. */
const fedIds = [
  'decoder_start_token_id',
  'forced_bos_token_id',
  'forced_eos_token_id',
  'pad_token_id',
] as const;

/** Refuses ids that the model does not have: fed, they would fail the run of everybody in the batch. */
function requireKnownIds(asked: GenerationOptions, vocabularySize: number): void {
  for (const field of fedIds) {
    const unknown = [asked[field] ?? []].flat().find((id) => id >= vocabularySize);
    if (unknown !== undefined)
      throw invalid(
        `options.${field}`,
        `${unknown} is no id of this model, whose ids end at ${vocabularySize - 1}`,
      );
  }
}

interface Prompt {
  readonly ids: readonly number[];
  readonly warning: string | null;
}

/**
 * Prompts have the special tokens they were trained with, a begin token or an encoder's end token. (SQuARE
 * leaves them all out, which changes what T5 or Llama write: docs/square-differences.md.) What a tokenizer
 * puts behind the prompt of a decoder-only model would end the text before it begins, so it is left out
 * unless special tokens were asked for.
 */
async function readPrompts(payload: Payload, context: HeadContext): Promise<Prompt[]> {
  const { tokenizer, description } = context.runtime;
  const limits = limitsOf(tokenizer, payload.preprocessing);
  const isOpenEnded = !description.isEncoderDecoder && payload.preprocessing.addSpecialTokens === null;
  payload.input.forEach((input, index) => {
    if (typeof input !== 'string') throw invalid(`input.${index}`, 'give one text, not a pair');
  });
  const fitted = await timeTokenizing(context, () => fitAll(tokenizer, payload.input, limits));
  return fitted.map(({ encoding, warning }, index) => {
    const { bosId } = tokenizer.specials;
    const ids = isOpenEnded ? withoutEnd(encoding) : encoding.inputIds;
    if (ids.length > 0) return { ids, warning };
    if (bosId === null) throw invalid(`input.${index}`, 'is empty, and the model has no token to begin with');
    return { ids: [bosId], warning };
  });
}

/** The ids up to the last one that is not a special token added behind the text. */
function withoutEnd({ inputIds, specialTokensMask }: Encoding): readonly number[] {
  return inputIds.slice(0, specialTokensMask.lastIndexOf(0) + 1);
}

interface Writer {
  readonly context: HeadContext;
  readonly generator: Generator;
  readonly plan: GenerationPlan;
  done: number;
  readonly total: number;
}

interface Written {
  readonly search: Search;
  readonly log: AttentionLog | null;
  readonly generated: readonly string[];
  readonly warning: string | null;
}

/** Writes the texts of one prompt. */
async function write(
  writer: Writer,
  prompt: { readonly ids: readonly number[]; readonly input: number; readonly seed: number },
): Promise<Written> {
  const { context, generator, plan } = writer;
  const { tokenizer, description } = context.runtime;
  const { isEncoderDecoder } = description;
  const start = isEncoderDecoder ? [decoderStart(plan)] : prompt.ids;
  const lengths = resolveLengths(plan.length, start.length, generator.maxLength);
  const skip = { skipSpecialTokens: plan.skipSpecialTokens };
  const { reportToken } = context;
  const canStream = reportToken !== undefined && plan.beams === 1 && plan.sequences === 1;
  const stream = canStream
    ? streamText(tokenizer, skip, (piece) => reportToken({ input: prompt.input, ...piece }))
    : null;
  const search = makeSearch(plan, {
    start,
    ...lengths,
    seed: prompt.seed,
    bytesOf: pieceBytes(tokenizer),
    ...(stream && { onId: stream.push }),
  });
  const log = plan.outputAttentions ? logAttentions(search) : null;
  const timings = await generator.generate({
    inputIds: prompt.ids,
    decoderIds: isEncoderDecoder ? start : [],
    width: search.width,
    reads: search.reads,
    maxLength: lengths.maxLength,
    advance: log?.advance ?? search.advance,
    wantsAttentions: log !== null,
    signal: context.signal,
    ...(context.tag === undefined ? {} : { tag: context.tag }),
  });
  await stream?.end();
  context.measure(timings);
  writer.done++;
  context.reportProgress({ done: writer.done, total: writer.total, note: 'texts written' });
  const texts = await Promise.all(search.hypotheses().map(({ ids }) => tokenizer.decode(ids, skip)));
  return {
    search,
    log,
    generated: plan.cleanUpSpaces ? texts.map(cleanUpSpaces) : texts,
    warning: lengths.isCut
      ? `input.${prompt.input}: the model has positions for ${lengths.maxLength} tokens, so the text may be shorter than asked for.`
      : null,
  };
}

function decoderStart(plan: GenerationPlan): number {
  if (plan.decoderStartId !== null) return plan.decoderStartId;
  throw invalid('options.decoder_start_token_id', 'the model names no token to start with; give one');
}

function invalid(field: string, problem: string): AppError {
  return new AppError('INPUT_INVALID', { detail: { field, problem } });
}

/** A seed of 32 bits from the task's id, so that a task that is tried again writes the same text. */
function seedOf(tag: string): number {
  return createHash('sha256').update(tag).digest().readUInt32LE(0);
}
