import { float32, type Tensor } from '@tessera/contracts';
import type { SlotUse } from '../session/session.ts';
import type { SlotSource } from '../session/slot-store.ts';
import { HIDDEN } from './decoder.ts';
import { askJob, book, type Engine, type EngineEvents, guarded, isAlive } from './engine.ts';
import type { Entry } from './members.ts';
import { packPrompts, runEncoder } from './prefill.ts';
import { crossFeeds, stepFeeds } from './slot-feeds.ts';
import type { SlotFiles } from './slot-files.ts';
import { assignSlots, roomFor } from './slot-plan.ts';
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
 * Runs decoders that were rewritten for it (step-graph.ts). The cache stays in the onnxruntime thread, a slot for each row, and
 * each step adds its positions in place. Rows of any length share a step: a slot is as long as the longest, and the gap between
 * a text's end and the new position is hidden.
 */
export function slotEngine({ files, firstStore, vocabularySize, events }: SlotEngineOptions): Engine {
  const { pair } = files;
  let running: readonly SlotMember[] = [];
  /** Positions that each slot holds, and whose prompt the encoder read for it. */
  let lengths: number[] = [];
  let owners: Entry[] = [];
  let positions = 0;
  let encodedPositions = 0;

  const members = (): SlotMember[] => running.filter(isAlive);

  function textUse(sources: readonly SlotSource[], rest: Pick<SlotUse, 'feed' | 'write'>): SlotUse {
    return { store: firstStore + TEXT, specs: files.cache, sources, positions, ...rest };
  }

  function encodedUse(sources: readonly SlotSource[], rest: Pick<SlotUse, 'feed' | 'write'>): SlotUse {
    return {
      store: firstStore + ENCODED,
      specs: pair!.cache,
      sources,
      positions: encodedPositions,
      ...rest,
    };
  }

  const encodedLength = (entry: Entry): number => (pair ? entry.job.inputIds.length : 0);
  const asTheyAre = (): SlotSource[] => lengths.map((length, from) => ({ from, length }));
  const encodedAsIs = (): SlotSource[] =>
    owners.map((owner, from) => ({ from, length: encodedLength(owner) }));

  /** One step of all rows under way. */
  async function step(batch: readonly SlotMember[]): Promise<SlotMember[]> {
    const rows = batch.flatMap((member) => member.rows.map((row) => ({ ...row, member })));
    const slots = assignSlots(rows.map((row) => row.slot));
    const bySlot: (typeof rows)[number][] = [];
    rows.forEach((row, at) => {
      bySlot[slots[at]!] = row;
    });
    const sources = bySlot.map(({ slot, member }) => ({ from: slot, length: member.length }));
    const encodedSources = bySlot.map(({ slot, member: { entry } }, own) => ({
      // All rows of a job look at the same prompt: one that lies in the slot already may stay.
      from: owners[own] === entry ? own : slot,
      length: encodedLength(entry),
    }));
    positions = roomFor(Math.max(...sources.map(({ length }) => length)) + 1, positions);
    encodedPositions = roomFor(Math.max(...encodedSources.map(({ length }) => length)), encodedPositions);
    const feed = { first: 0, rows: rows.length };
    const write = {
      from: writesOf(files.fresh),
      rows: sources.map(({ length }, slot) => ({ slot, at: length, count: 1 })),
    };
    const own = sources.map(({ length }) => length);
    const { outputs, computeMs } = await files.step.step(
      {
        ...stepFeeds(files, { ids: bySlot.map(({ token }) => [token]), cached: own, room: positions }),
        ...(pair && crossFeeds(encodedSources, encodedPositions)),
      },
      fetchOf(batch.map(({ entry }) => entry)),
      [
        textUse(sources, { feed, write }),
        ...(pair ? [encodedUse(encodedSources, { feed, write: null })] : []),
      ],
    );
    lengths = own.map((length) => length + 1);
    owners = bySlot.map(({ member }) => member.entry);
    events.onRun(computeMs);
    let first = 0;
    return batch.flatMap((member) => {
      const places = slots.slice(first, first + member.rows.length);
      first += member.rows.length;
      book(member.entry, computeMs, rows.length);
      return goOn(member.entry, { outputs, places, slots: places, length: member.length + 1 });
    });
  }

  /** Reads the prompts of a pack into new slots and takes their first step. */
  async function start(pack: readonly Entry[]): Promise<SlotMember[]> {
    const prompts = pack.map(({ job }) => job.inputIds);
    const texts = pair ? pack.map(({ job }) => job.decoderIds) : prompts;
    const base = lengths.length;
    const slots = pack.map((_, row) => base + row);
    const longest = Math.max(...texts.map((ids) => ids.length));
    positions = Math.max(positions, roomFor(longest + 1, positions));
    let computeMs = 0;
    const uses: SlotUse[] = [];
    let encodedFeeds: Record<string, Tensor> = {};
    if (pair) {
      computeMs += await readPrompts(pack, slots);
      const feed = { first: base, rows: pack.length };
      const sources = [
        ...encodedAsIs(),
        ...pack.map((entry, row) => ({ from: slots[row]!, length: encodedLength(entry) })),
      ];
      uses.push(encodedUse(sources, { feed, write: null }));
      encodedFeeds = crossFeeds(sources.slice(base), encodedPositions);
    }
    const sources = [...asTheyAre(), ...slots.map((from) => ({ from, length: 0 }))];
    const rows = texts.map((ids, row) => ({ slot: slots[row]!, at: 0, count: ids.length }));
    const run = await files.step.step(
      {
        ...stepFeeds(files, { ids: texts, cached: texts.map(() => 0), room: 0 }),
        ...Object.fromEntries(
          files.cache.map(({ name, heads, size }) => [
            name,
            float32([pack.length, heads, 0, size], new Float32Array(0)),
          ]),
        ),
        ...encodedFeeds,
      },
      fetchOf(pack),
      [textUse(sources, { feed: null, write: { from: writesOf(files.fresh), rows } }), ...uses],
    );
    computeMs += run.computeMs;
    lengths = [...lengths, ...texts.map((ids) => ids.length)];
    owners = [...owners, ...pack];
    events.onRun(computeMs);
    return pack.flatMap((entry, row) => {
      book(entry, computeMs, pack.length);
      return goOn(entry, {
        outputs: run.outputs,
        places: [row],
        slots: [slots[row]!],
        length: texts[row]!.length,
      });
    });
  }

  /** Runs the encoder and keeps what the decoder looks at of it. */
  async function readPrompts(pack: readonly Entry[], slots: readonly number[]): Promise<number> {
    const { encoder, cross, cache, hiddenSize } = pair!;
    const prompts = pack.map(({ job }) => job.inputIds);
    const encoded = await runEncoder(encoder, prompts, { padId: files.padId, inner: null });
    const { store } = encoded;
    encodedPositions = Math.max(encodedPositions, roomFor(store.length, encodedPositions));
    const sources = [...encodedAsIs(), ...slots.map((from) => ({ from, length: 0 }))];
    const from = Object.fromEntries(cache.map(({ name }) => [presentOf(name), name]));
    const rows = prompts.map((ids, row) => ({ slot: slots[row]!, at: 0, count: ids.length }));
    const { computeMs } = await cross.step(
      { [HIDDEN]: float32([pack.length, store.length, hiddenSize], store.blocks[HIDDEN]!) },
      [],
      [encodedUse(sources, { feed: null, write: { from, rows } })],
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
      if (ahead.length === 0) [lengths, owners] = [[], []];
      for (const pack of packPrompts(admitted, vocabularySize))
        ahead.push(...(await guarded(pack, () => start(pack))));
      running = ahead;
    },
    async clear() {
      [running, lengths, owners, positions, encodedPositions] = [[], [], [], 0, 0];
      await files.step.drop(firstStore + TEXT);
      if (pair) await files.step.drop(firstStore + ENCODED);
    },
  };
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
