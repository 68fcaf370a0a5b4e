import { float32, type Tensor } from '@tessera/contracts';
import type { SlotUse } from '../session/session.ts';
import type { SlotSource } from '../session/slot-store.ts';
import { HIDDEN } from './decoder.ts';
import { askJob, book, type Engine, type EngineEvents, guarded, isAlive, startedPack } from './engine.ts';
import type { Entry } from './members.ts';
import { packPrompts, runEncoder } from './prefill.ts';
import { crossFeeds, stepFeeds } from './slot-feeds.ts';
import type { SlotFiles } from './slot-files.ts';
import { emptyPlan, planStart, planStep, type SlotPlan } from './slot-plan.ts';
import { LOG_PROBABILITIES } from './step-graph.ts';

/** A row that goes on: its last id, and the slot that holds its text so far. */
interface SlotRow {
  readonly token: number;
  readonly slot: number;
}

interface SlotMember {
  readonly entry: Entry;
  /** Positions in the cache. */
  readonly length: number;
  readonly rows: readonly SlotRow[];
}

const TEXT = 0;
const ENCODED = 1;

export interface SlotEngineOptions {
  readonly files: SlotFiles;
  /** Numbers of the stores that this engine may use: this one and the next. */
  readonly firstStore: number;
  readonly vocabularySize: number;
  readonly events: EngineEvents;
}

/**
 * Runs decoders that were rewritten for it (step-graph.ts). The cache stays in the onnxruntime thread, a slot
 * for each row, and each step adds its positions in place. Rows of any length share a step: a slot is as long
 * as the longest, and the gap between a text's end and the new position is hidden.
 */
export function createSlotEngine({ files, firstStore, vocabularySize, events }: SlotEngineOptions): Engine {
  const { pair } = files;
  let running: readonly SlotMember[] = [];
  /** What the stores hold; changed by a run that succeeded. */
  let plan = emptyPlan;

  const members = (): SlotMember[] => running.filter(isAlive);
  const encodedLength = (owner: Entry): number => (pair ? owner.job.inputIds.length : 0);

  /** How a run uses the store of texts, in the room that `room` has. */
  function textUse(
    room: SlotPlan,
    sources: readonly SlotSource[],
    rest: Pick<SlotUse, 'feed' | 'write'>,
  ): SlotUse {
    return { store: firstStore + TEXT, specs: files.cache, sources, positions: room.positions, ...rest };
  }

  function encodedUse(
    room: SlotPlan,
    sources: readonly SlotSource[],
    rest: Pick<SlotUse, 'feed' | 'write'>,
  ): SlotUse {
    const positions = room.encodedPositions;
    return { store: firstStore + ENCODED, specs: pair!.cache, sources, positions, ...rest };
  }

  /** One step of all rows under way. */
  async function step(batch: readonly SlotMember[]): Promise<SlotMember[]> {
    const rows = batch.flatMap(({ entry, length, rows: own }) =>
      own.map((row) => ({ ...row, length, owner: entry })),
    );
    const { places, bySlot, text, encoded, next } = planStep(plan, rows, encodedLength);
    const feed = { first: 0, rows: rows.length };
    const write = {
      from: writesOf(files.fresh),
      rows: text.map(({ length }, slot) => ({ slot, at: length, count: 1 })),
    };
    const cached = text.map(({ length }) => length);
    const { outputs, computeMs } = await files.step.step(
      {
        ...stepFeeds(files, { ids: bySlot.map(({ token }) => [token]), cached, room: next.positions }),
        ...(pair && crossFeeds(encoded, next.encodedPositions)),
      },
      fetchOf(batch.map(({ entry }) => entry)),
      [
        textUse(next, text, { feed, write }),
        ...(pair ? [encodedUse(next, encoded, { feed, write: null })] : []),
      ],
    );
    plan = next;
    events.onRun(computeMs);
    let first = 0;
    return batch.flatMap((member) => {
      const own = places.slice(first, first + member.rows.length);
      first += member.rows.length;
      book(member.entry, computeMs, rows.length);
      return goOn(member.entry, { outputs, places: own, slots: own, length: member.length + 1 });
    });
  }

  /** Reads the prompts of a pack into new slots and takes their first step. */
  async function start(pack: readonly Entry[]): Promise<SlotMember[]> {
    const texts = pack.map(({ job }) => (pair ? job.decoderIds : job.inputIds));
    const base = plan.slots.length;
    const longestPrompt = pack.reduce((longest, entry) => Math.max(longest, encodedLength(entry)), 0);
    const next = planStart(
      plan,
      pack.map((owner, row) => ({ length: texts[row]!.length, owner })),
      longestPrompt,
    );
    const present = plan.slots.map(({ length }, from) => ({ from, length }));
    const added = pack.map((_, row) => ({ from: base + row, length: 0 }));
    const rows = texts.map((ids, row) => ({ slot: base + row, at: 0, count: ids.length }));
    const encoded = pair ? await startEncoded(pack, next) : { computeMs: 0, feeds: {}, uses: [] };
    const run = await files.step.step(
      {
        ...stepFeeds(files, { ids: texts, cached: texts.map(() => 0), room: 0 }),
        ...noCache(files, pack.length),
        ...encoded.feeds,
      },
      fetchOf(pack),
      [
        textUse(next, [...present, ...added], { feed: null, write: { from: writesOf(files.fresh), rows } }),
        ...encoded.uses,
      ],
    );
    const computeMs = encoded.computeMs + run.computeMs;
    plan = next;
    events.onRun(computeMs);
    return pack.flatMap((entry, row) => {
      book(entry, computeMs, pack.length);
      const length = texts[row]!.length;
      return goOn(entry, { outputs: run.outputs, places: [row], slots: [base + row], length });
    });
  }

  /** Reads the prompts of a pack; how the first step of its texts looks at them. */
  async function startEncoded(pack: readonly Entry[], next: SlotPlan): Promise<EncodedStart> {
    const base = next.slots.length - pack.length;
    const computeMs = await readPrompts(pack, next);
    const sources = next.slots.map(({ owner }, from) => ({ from, length: encodedLength(owner) }));
    const feed = { first: base, rows: pack.length };
    return {
      computeMs,
      feeds: crossFeeds(sources.slice(base), next.encodedPositions),
      uses: [encodedUse(next, sources, { feed, write: null })],
    };
  }

  /** Runs the encoder and keeps what the decoder looks at of it, in the last slots. */
  async function readPrompts(pack: readonly Entry[], next: SlotPlan): Promise<number> {
    const { encoder, cross, cache, hiddenSize } = pair!;
    const base = next.slots.length - pack.length;
    const prompts = pack.map(({ job }) => job.inputIds);
    const encoded = await runEncoder(encoder, prompts, { padId: files.padId, inner: null });
    const { store } = encoded;
    const sources = next.slots.map(({ owner }, from) => ({
      from,
      length: from < base ? encodedLength(owner) : 0,
    }));
    const from = Object.fromEntries(cache.map(({ name }) => [presentOf(name), name]));
    const rows = prompts.map((ids, row) => ({ slot: base + row, at: 0, count: ids.length }));
    const { computeMs } = await cross.step(
      { [HIDDEN]: float32([pack.length, store.length, hiddenSize], store.blocks[HIDDEN]!) },
      [],
      [encodedUse(next, sources, { feed: null, write: { from, rows } })],
    );
    return encoded.computeMs + computeMs;
  }

  return {
    members,
    async iterate(admitted) {
      const batch = members();
      let ahead: SlotMember[] = [];
      if (batch.length > 0) {
        events.onStep(batch.reduce((sum, member) => sum + member.rows.length, 0));
        ahead = await guarded(
          batch.map(({ entry }) => entry),
          () => step(batch),
        );
      }
      if (ahead.length === 0) plan = { ...plan, slots: [] };
      for (const pack of packPrompts(admitted, vocabularySize))
        ahead.push(...(await startedPack(pack, start)));
      running = ahead;
    },
    async clear() {
      running = [];
      plan = emptyPlan;
      await files.step.drop(firstStore + TEXT);
      if (pair) await files.step.drop(firstStore + ENCODED);
    },
  };
}

/** How the first step of a pack looks at what the encoder read. */
interface EncodedStart {
  readonly computeMs: number;
  readonly feeds: Record<string, Tensor>;
  readonly uses: readonly SlotUse[];
}

/** A cache of no positions for each text of a pack. */
function noCache({ cache }: SlotFiles, rows: number): Record<string, Tensor> {
  return Object.fromEntries(
    cache.map(({ name, heads, size }) => [name, float32([rows, heads, 0, size], new Float32Array(0))]),
  );
}

/** Rows of the job's next step, when it goes on. */
function goOn(
  entry: Entry,
  run: {
    readonly outputs: Readonly<Record<string, Tensor>>;
    /** Where the job's rows lie in the outputs, and in the store. */
    readonly places: readonly number[];
    readonly slots: readonly number[];
    readonly length: number;
  },
): SlotMember[] {
  const { data, shape } = run.outputs[outputOf(entry)]!;
  const size = shape[1]!;
  const rows = run.places.map((at) => (data as Float32Array).subarray(at * size, (at + 1) * size));
  const next = askJob(entry, rows, null);
  if (next.length === 0) return [];
  return [
    {
      entry,
      length: run.length,
      rows: next.map(({ parent, token }) => ({ token, slot: run.slots[parent]! })),
    },
  ];
}

function outputOf({ job }: Entry): string {
  return job.reads === 'log-probabilities' ? LOG_PROBABILITIES : 'logits';
}

function fetchOf(entries: readonly Entry[]): string[] {
  return [...new Set(entries.map(outputOf))];
}

/** Result → tensor, from tensor → result. */
function writesOf(fresh: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(fresh).map(([name, output]) => [output, name]));
}

function presentOf(name: string): string {
  return name.replace('past_key_values', 'present');
}
