import { join } from 'node:path';
import type { Clock, Log } from '@tessera/base';
import type { ModelDescription } from '../description.ts';
import type { GraphCache } from '../graph/graph-cache.ts';
import type { Session } from '../session/session.ts';
import type { OnnxFiles } from '../store/find-onnx.ts';
import { readJsonIfThere } from '../store/model-files.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { isSameTogether } from './compare-engines.ts';
import { canPadRows, decoderLayout } from './decoder-layout.ts';
import { type GenerationLoop, type GenerationLoopOptions, openGenerationLoop } from './generation-loop.ts';
import { createInnerFiles } from './inner-files.ts';
import { openSlots } from './open-slots.ts';

export interface OpenGeneratorOptions {
  readonly folder: string;
  readonly files: OnnxFiles;
  readonly description: ModelDescription;
  readonly tokenizer: Tokenizer;
  /** The file that is open already: the decoder of a single file, else the encoder. */
  readonly first: Session;
  /** Opens a further file of the folder. */
  readonly openFile: (path: string) => Promise<Session>;
  /** Where files made from a file of the folder are kept. */
  readonly cacheFor: (path: string) => Promise<GraphCache>;
  readonly limits: GenerationLoopOptions['limits'];
  readonly clock: Clock;
  readonly log: Log;
  readonly onBatchStart?: GenerationLoopOptions['onBatchStart'];
  readonly onBatchEnd?: GenerationLoopOptions['onBatchEnd'];
}

/** Starts the generation loop of a model whose first file is open. Throws MODEL_LOAD_FAILED. */
export async function openGenerator(
  options: OpenGeneratorOptions,
): Promise<{ readonly loop: GenerationLoop; readonly warnings: readonly string[] }> {
  const { folder, files, description, tokenizer, first } = options;
  const isPair = files.kind === 'encoder-decoder';
  const decoder = isPair ? await options.openFile(join(folder, files.decoder)) : first;
  const layout = decoderLayout(decoder.inputs, decoder.outputs, description.identifier);
  const inner = createInnerFiles({
    encoderPath: isPair ? join(folder, files.encoder) : null,
    decoderPath: join(folder, isPair ? files.decoder : files.model),
    hasBranch: layout.hasBranch,
    cacheFor: options.cacheFor,
    openFile: options.openFile,
  });
  const padId = tokenizer.specials.padId ?? 0;
  const plain = { encoder: isPair ? first : null, decoder, layout, inner, padId };
  const vocabulary = vocabularySize(decoder, tokenizer);
  const slots = await openSlots({
    model: description.identifier,
    architecture: description.architecture,
    config: description.config,
    layout,
    cache: await options.cacheFor(join(folder, isPair ? files.decoder : files.model)),
    openFile: options.openFile,
    plain,
    vocabularySize: vocabulary,
    log: options.log,
  });
  const defaults = (await readJsonIfThere(folder, 'generation_config.json', description.identifier)) ?? {};
  const canMix = layout.cache.length === 0 || canPadRows(layout, description.architecture);
  const runsAlone = slots === null && !(await isSameTogether(plain, canMix, vocabulary));
  const loop = openGenerationLoop({
    model: description.identifier,
    files: plain,
    slots,
    canMix,
    runsAlone,
    defaults,
    vocabularySize: vocabulary,
    maxLength: description.maxPositions,
    limits: options.limits,
    clock: options.clock,
    ...(options.onBatchStart && { onBatchStart: options.onBatchStart }),
    ...(options.onBatchEnd && { onBatchEnd: options.onBatchEnd }),
  });
  return { loop, warnings: runsAlone ? [aloneWarning] : [] };
}

const aloneWarning =
  'What these files give for a text hangs on the texts beside it (seen on a trial), so texts are written one after the other.';

function vocabularySize(decoder: Session, tokenizer: Tokenizer): number {
  const size = decoder.outputs.find(({ name }) => name === 'logits')?.shape.at(-1);
  return typeof size === 'number' && size > 0 ? size : tokenizer.vocabularySize;
}
