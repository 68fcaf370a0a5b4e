import { elementCount, type Tensor } from '@tessera/contracts';
import type { Session, ValueSpec } from './session.ts';

/**
 * Fewer tokens than this are not worth a second thread (measured on MiniLM in int8: two rows of 16 take as
 * long in one).
 */
const fewestTokens = 48;

type Tensors = Readonly<Record<string, Tensor>>;

/**
 * Several sessions of one file, each in a thread of its own, that look like one: the rows of a batch are
 * shared out among them and run at the same time. Unlike the threads of one run they need not wait for each
 * other at every operator.
 *
 * A batch that is not shared out runs as a whole in the session that has the least to do.
 */
export function splitRows(sessions: readonly Session[]): Session {
  const [first, ...others] = sessions as [Session, ...Session[]];
  const rowAxis = first.inputs[0]?.shape[0];
  const rowsFirst = (specs: readonly ValueSpec[]): boolean =>
    typeof rowAxis === 'string' && specs.every(({ shape }) => shape[0] === rowAxis);
  const canSplit = others.length > 0 && rowsFirst(first.inputs);
  const outputs = new Map(first.outputs.map((spec) => [spec.name, spec]));
  const pending = sessions.map(() => 0);
  const runIn = async (place: number, feeds: Tensors, fetch: readonly string[]) => {
    pending[place]!++;
    try {
      return await sessions[place]!.run(feeds, fetch);
    } finally {
      pending[place]!--;
    }
  };
  return {
    ...first,
    lanes: sessions.length,
    async run(feeds, fetch) {
      const ranges =
        canSplit && rowsFirst(fetch.map((name) => outputs.get(name)!)) ? shares(feeds, sessions.length) : [];
      if (ranges.length < 2) return runIn(pending.indexOf(Math.min(...pending)), feeds, fetch);
      const ran = await Promise.all(
        ranges.map(([from, to], place) => runIn(place, cutRows(feeds, from, to), fetch)),
      );
      return {
        outputs: Object.fromEntries(
          fetch.map((name) => [name, joinRows(ran.map((part) => part.outputs[name]!))]),
        ),
        computeMs: Math.max(...ran.map(({ computeMs }) => computeMs)),
      };
    },
    close: async () => {
      for (const session of sessions) await session.close();
    },
  };
}

/** Rows [from, to) for each session, as even as can be, none with too few tokens. */
function shares(feeds: Tensors, sessions: number): readonly (readonly [number, number])[] {
  const shapes = Object.values(feeds).map(({ shape }) => shape);
  const rows = shapes[0]?.[0] ?? 0;
  if (shapes.some((shape) => shape[0] !== rows)) return [];
  const tokens = Math.max(...shapes.map((shape) => rows * (shape[1] ?? 1)));
  const parts = Math.min(sessions, rows, Math.floor(tokens / fewestTokens));
  const bound = (part: number): number => Math.round((part * rows) / parts);
  return Array.from({ length: parts }, (_, part) => [bound(part), bound(part + 1)] as const);
}

function cutRows(feeds: Tensors, from: number, to: number): Tensors {
  const cut = ({ dtype, shape, data }: Tensor): Tensor => {
    const [, ...rest] = shape;
    const size = elementCount(rest);
    return { dtype, shape: [to - from, ...rest], data: data.slice(from * size, to * size) };
  };
  return Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [name, cut(tensor)]));
}

function joinRows(parts: readonly Tensor[]): Tensor {
  const { dtype, shape, data } = parts[0]!;
  const rows = parts.reduce((sum, part) => sum + part.shape[0]!, 0);
  const rest = shape.slice(1);
  const Elements = data.constructor as new (length: number) => Float32Array;
  const joined = new Elements(rows * elementCount(rest));
  let at = 0;
  for (const part of parts) {
    joined.set(part.data as Float32Array, at);
    at += part.data.length;
  }
  return { dtype, shape: [rows, ...rest], data: joined };
}
