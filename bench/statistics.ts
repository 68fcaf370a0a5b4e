/** The value below which a share `p` of the samples lies. */
export function quantile(samples: readonly number[], p: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? Number.NaN;
}

export const median = (samples: readonly number[]): number => quantile(samples, 0.5);

/** Prints a Markdown table; numbers are rounded to three significant digits. */
export function printTable(head: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const cell = (value: string | number): string =>
    typeof value === 'string'
      ? value
      : String(value >= 1000 ? Math.round(value) : Number(value.toPrecision(3)));
  console.log(`| ${head.join(' | ')} |`);
  console.log(`|${head.map(() => '---').join('|')}|`);
  for (const row of rows) console.log(`| ${row.map(cell).join(' | ')} |`);
}
