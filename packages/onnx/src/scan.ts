import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { AppError } from '@tessera/base';

/** Bytes read at a time; weights between two headers are skipped and not read. */
const WINDOW = 2 ** 13;

/** Field numbers of onnx.proto on the way to operators and to external data. */
const field = {
  model: { graph: 7 },
  graph: { node: 1, initializer: 5 },
  node: { opType: 4, attribute: 5 },
  attribute: { tensor: 5, graph: 6, tensors: 10, graphs: 11 },
  tensor: { externalData: 13 },
  entry: { key: 1, value: 2 },
} as const;

/** What an ONNX file says outside its weights. */
export interface OnnxScan {
  /** The files beside it that its graph names, in order, relative to its folder. */
  readonly externalFiles: readonly string[];
  /** Names of the operators that it uses, bodies of branches and loops included. */
  readonly operators: ReadonlySet<string>;
}

/**
 * Looks through an ONNX file without reading its weights: a model of gigabytes takes a few milliseconds. An
 * external file that leads out of the folder is refused, as onnxruntime does. Throws ONNX_INVALID.
 */
export function scanOnnx(path: string): OnnxScan {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const found = { locations: new Set<string>(), operators: new Set<string>() };
    const walk = createWalk(createReader(file), found);
    walk.fields({ at: 0, end: size }, (number, part) => {
      if (number === field.model.graph) walk.graph(part);
    });
    return { externalFiles: [...found.locations], operators: found.operators };
  } finally {
    closeSync(file);
  }
}

/** Bytes [at, end) of the file. */
interface Part {
  readonly at: number;
  readonly end: number;
}

type Visit = (number: number, part: Part) => void;

function createWalk(
  reader: Reader,
  { locations, operators }: { readonly locations: Set<string>; readonly operators: Set<string> },
) {
  /** Calls `visit` for every length-delimited field of a message. */
  function fields({ at, end }: Part, visit: Visit): void {
    let next = at;
    while (next < end) {
      const tag = reader.varint(next);
      const wire = tag.value & 7;
      next = tag.next;
      if (wire === 2) {
        const length = reader.varint(next);
        const part = { at: length.next, end: length.next + length.value };
        if (part.end > end) throw invalid();
        visit(Math.floor(tag.value / 8), part);
        next = part.end;
      } else if (wire === 0) next = reader.varint(next).next;
      else if (wire === 1 || wire === 5) next += wire === 1 ? 8 : 4;
      else throw invalid();
    }
    if (next !== end) throw invalid();
  }

  const graph = (part: Part): void =>
    fields(part, (number, inner) => {
      if (number === field.graph.initializer) tensor(inner);
      else if (number === field.graph.node) node(inner);
    });

  const node = (part: Part): void =>
    fields(part, (number, inner) => {
      if (number === field.node.attribute) attribute(inner);
      else if (number === field.node.opType) operators.add(reader.text(inner));
    });

  const attribute = (part: Part): void =>
    fields(part, (number, inner) => {
      if (number === field.attribute.graph || number === field.attribute.graphs) graph(inner);
      else if (number === field.attribute.tensor || number === field.attribute.tensors) tensor(inner);
    });

  const tensor = (part: Part): void =>
    fields(part, (number, inner) => {
      if (number === field.tensor.externalData) entry(inner);
    });

  /** A key and its value; "location" is the one that names a file. */
  function entry(part: Part): void {
    let [key, value] = ['', ''];
    fields(part, (number, inner) => {
      if (number === field.entry.key) key = reader.text(inner);
      else if (number === field.entry.value) value = reader.text(inner);
    });
    if (key === 'location') locations.add(inside(value));
  }

  return { fields, graph };
}

function inside(location: string): string {
  const clean = location.replace(/^\.\//, '');
  if (clean === '' || /^([\\/]|[A-Za-z]:)|(^|[\\/])\.\.([\\/]|$)/.test(clean))
    throw new AppError('ONNX_INVALID', {
      detail: { problem: `external data at "${location}" lie outside the model's folder.` },
    });
  return clean;
}

interface Reader {
  /** A base-128 number, and where the next field begins. */
  varint(at: number): { readonly value: number; readonly next: number };
  text(part: Part): string;
}

/** Reads a file by a window that moves forward. */
function createReader(file: number): Reader {
  const window = Buffer.alloc(WINDOW);
  let start = 0;
  let filled = 0;
  const byteAt = (at: number): number => {
    if (at >= start && at < start + filled) return window[at - start]!;
    return refill(at);
  };
  function refill(at: number): number {
    const bytesRead = readSync(file, window, 0, WINDOW, at);
    if (bytesRead === 0) throw invalid();
    [start, filled] = [at, bytesRead];
    return window[0]!;
  }
  return {
    varint(at) {
      let [value, scale, next] = [0, 1, at];
      for (; next < at + 10; scale *= 128) {
        const byte = byteAt(next++);
        value += (byte & 0x7f) * scale;
        if (byte < 0x80) return { value, next };
      }
      throw invalid();
    },
    text({ at, end }) {
      const length = end - at;
      if (at >= start && end <= start + filled) return window.toString('utf8', at - start, end - start);
      const bytes = Buffer.alloc(length);
      if (readSync(file, bytes, 0, length, at) < length) throw invalid();
      return bytes.toString('utf8');
    },
  };
}

function invalid(): AppError {
  return new AppError('ONNX_INVALID', { detail: { problem: 'the file is truncated or not an ONNX file.' } });
}
