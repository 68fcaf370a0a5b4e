import type { Tensor } from '@tessera/contracts';
import type { Session } from '../session/session.ts';
import { type Encoded, HIDDEN } from './decoder.ts';
import type { InnerFiles } from './inner-files.ts';
import { cutWeights } from './inner-rows.ts';
import { int64Rows, maskRows } from './int64.ts';
import type { Entry } from './members.ts';

/** Bytes of logits that one prefill may give: a file gives them for every position of a prompt. */
const LOGIT_BYTES = 64 * 2 ** 20;

/** Packs of prompts that are read together, sorted by length; a pack holds one prompt at least. */
export function packPrompts(entries: readonly Entry[], vocabularySize: number): Entry[][] {
  const most = Math.max(1, Math.floor(LOGIT_BYTES / (vocabularySize * 4)));
  const packs: Entry[][] = [];
  for (const entry of [...entries].sort((a, b) => a.job.inputIds.length - b.job.inputIds.length)) {
    const pack = packs.at(-1);
    if (pack && (pack.length + 1) * entry.job.inputIds.length <= most) pack.push(entry);
    else packs.push([entry]);
  }
  return packs;
}

interface EncoderRun {
  /** Weights [heads, T, T] of each row by layer; null when nobody wants them. */
  readonly attentions: readonly (readonly Tensor[])[] | null;
  readonly computeMs: number;
}

/** Reads prompts with the encoder, padded behind. */
export async function runEncoder(
  session: Session,
  prompts: readonly (readonly number[])[],
  { padId, inner }: { readonly padId: number; readonly inner: InnerFiles['encoder'] },
): Promise<Encoded & EncoderRun> {
  const rows = prompts.length;
  const length = Math.max(...prompts.map((ids) => ids.length));
  const feeds: Record<string, Tensor> = {
    input_ids: int64Rows(rows, length, (row, at) => prompts[row]![at] ?? padId),
  };
  if (session.inputs.some(({ name }) => name === 'attention_mask'))
    feeds.attention_mask = maskRows(
      length,
      prompts.map((ids) => [[0, ids.length]]),
    );
  const names = inner?.attentions ?? [];
  const { outputs, computeMs } = await (inner?.session ?? session).run(feeds, [
    'last_hidden_state',
    ...names,
  ]);
  const hidden = outputs.last_hidden_state!;
  return {
    store: { rows, length, blocks: { [HIDDEN]: hidden.data as Float32Array } },
    lengths: prompts.map((ids) => ids.length),
    attentions:
      inner &&
      prompts.map((ids, row) => {
        const own = [0, ids.length] as const;
        return names.map((name) => cutWeights(outputs[name]!, row, [own, own]));
      }),
    computeMs,
  };
}
