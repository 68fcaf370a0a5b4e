import Table from 'cli-table3';
import pc from 'picocolors';

const bare = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
} as const;

/** Rows under a header as aligned columns, without lines; `numbers` names the columns that stand right. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  numbers: readonly string[] = [],
): string {
  const made = new Table({
    head: header.map(pc.bold),
    chars: bare,
    colAligns: header.map((name) => (numbers.includes(name) ? 'right' : 'left')),
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  });
  made.push(...rows.map((row) => [...row]));
  return `${made.toString().replace(/[ \t]+$/gm, '')}\n`;
}
