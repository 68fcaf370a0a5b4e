import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { parse } from 'csv-parse/sync';
import { UsageError } from '../failure.ts';
import type { Terminal } from '../terminal.ts';

/** One thing to work on: named columns of a file, or a text under `text`. */
export type Item = Readonly<Record<string, unknown>>;

export interface Source {
  readonly texts: readonly string[];
  /** A path, or "-" for standard input. */
  readonly file?: string | undefined;
  /** `csv`, `jsonl`, `json` or `txt`; absent: by the file's name. */
  readonly format?: string | undefined;
}

export const formats = ['csv', 'tsv', 'jsonl', 'json', 'txt'] as const;

/**
 * What a command works on: the texts of its arguments, else a file, else standard input. CSV has a header;
 * JSON Lines hold texts, pairs or objects; other files are one text per line. Throws UsageError.
 */
export async function readItems(source: Source, terminal: Terminal): Promise<readonly Item[]> {
  const { texts, file } = source;
  if (texts.length > 0 && file !== undefined) throw new UsageError('Give texts or --file, not both.');
  if (texts.length > 0) return texts.map((text) => ({ text }));
  if (file === undefined && terminal.stdin.isTTY)
    throw new UsageError('Nothing to work on: give texts, --file, or pipe them in.');
  const items =
    file === undefined || file === '-'
      ? parseItems(await readAll(terminal.stdin), source.format ?? 'txt', 'standard input')
      : parseItems(await readText(resolve(terminal.cwd(), file)), formatOf(source), file);
  if (items.length === 0) throw new UsageError(`${file ?? 'standard input'} holds nothing.`);
  return items;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}

function formatOf({ file, format }: Source): string {
  if (format) return format;
  const ending = extname(file!).slice(1).toLowerCase();
  if (ending === 'ndjson') return 'jsonl';
  return (formats as readonly string[]).includes(ending) ? ending : 'txt';
}

function parseItems(text: string, format: string, name: string): readonly Item[] {
  const body = text.replace(/^\uFEFF/, '');
  try {
    switch (format) {
      case 'csv':
      case 'tsv':
        return parse(body, {
          columns: true,
          skip_empty_lines: true,
          relax_column_count: false,
          delimiter: format === 'tsv' ? '\t' : ',',
        }) as Item[];
      case 'json': {
        const value: unknown = JSON.parse(body);
        return (Array.isArray(value) ? value : [value]).map(itemOf);
      }
      case 'jsonl':
        return linesOf(body).map((line) => itemOf(JSON.parse(line)));
      default:
        return linesOf(body).map((line) => ({ text: line }));
    }
  } catch (error) {
    throw new UsageError(`${name} is not ${format}: ${(error as Error).message}`);
  }
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '');
}

function itemOf(value: unknown): Item {
  if (typeof value === 'string') return { text: value };
  if (Array.isArray(value)) return { text: value[0], textPair: value[1] };
  return value as Item;
}
