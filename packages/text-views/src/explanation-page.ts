import { escapeHtml } from './escape.ts';
import { heatMapCss, heatMapHtml, signed } from './heat-map.ts';
import { strongestOf } from './segments.ts';
import type { WeightedSpan } from './words.ts';

/** One explained input: its texts share one scale. */
export interface ExplainedMap {
  /** What the model said: `positive (97.6 %)`. */
  readonly answer: string;
  readonly parts: readonly {
    readonly name: string;
    readonly text: string;
    readonly words: readonly WeightedSpan[];
  }[];
  /** Numbers beside the map, in order: name and value as they are shown. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly warnings: readonly string[];
}

export interface ExplainedPage {
  readonly title: string;
  /** Model, task, method: name and value as they are shown. */
  readonly about: readonly (readonly [name: string, value: string])[];
  readonly maps: readonly ExplainedMap[];
}

/** Words of the table under a map. */
const listed = 10;

/** A page of heat-maps in one file: no script, no font, nothing fetched; light and dark, narrow and wide. */
export function explanationPage({ title, about, maps }: ExplainedPage): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${pageCss}${heatMapCss}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${factsHtml(about)}
<p class="heat legend"><mark class="against" style="--strength:100%">against</mark>
<mark class="against" style="--strength:40%">&nbsp;</mark><mark>&nbsp;0&nbsp;</mark><mark class="for" style="--strength:40%">&nbsp;</mark>
<mark class="for" style="--strength:100%">for the answer</mark></p>
${maps.map(mapHtml).join('\n')}
</main>
</body>
</html>
`;
}

function mapHtml({ answer, parts, facts, warnings }: ExplainedMap, index: number): string {
  const strongest = Math.max(...parts.map(({ words }) => strongestOf(words)), 0);
  const texts = parts.map(
    ({ name, text, words }) =>
      `${parts.length > 1 ? `<h3>${escapeHtml(name)}</h3>` : ''}${heatMapHtml(text, words, strongest)}`,
  );
  const notes = warnings.map((warning) => `<p class="note">${escapeHtml(warning)}</p>`);
  return `<section>
<h2><span class="number">${index + 1}</span> ${escapeHtml(answer)}</h2>
${texts.join('\n')}
${factsHtml(facts)}
${notes.join('\n')}
${tableHtml(parts)}
</section>`;
}

function factsHtml(facts: readonly (readonly [string, string])[]): string {
  if (facts.length === 0) return '';
  const pairs = facts.map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`);
  return `<dl>${pairs.join('')}</dl>`;
}

function tableHtml(parts: ExplainedMap['parts']): string {
  const rows = parts
    .flatMap(({ text, words }) => {
      const points = [...text];
      return words.map(({ start, end, value }) => ({ word: points.slice(start, end).join(''), value }));
    })
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
    .slice(0, listed)
    .map(({ word, value }) => `<tr><td dir="auto">${escapeHtml(word)}</td><td>${signed(value)}</td></tr>`);
  return rows.length === 0
    ? ''
    : `<details><summary>Strongest words</summary><table><thead><tr><th>word</th><th>value</th></tr></thead><tbody>${rows.join('')}</tbody></table></details>`;
}

const pageCss = `
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; background: light-dark(#fff, #16181c); color: light-dark(#1b1f24, #e4e7eb); }
main { max-width: 46rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.35rem; margin: 0 0 .75rem; } h2 { font-size: 1rem; margin: 0 0 .5rem; overflow-wrap: anywhere; }
h3 { font-size: .8rem; font-weight: 600; margin: .75rem 0 .1rem; opacity: .7; text-transform: capitalize; }
section { border-top: 1px solid light-dark(#d9dee4, #343a42); padding: 1.25rem 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: .75rem 0; font-size: .875rem; }
dt { opacity: .7; } dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.number { opacity: .5; font-weight: 400; } .note { font-size: .875rem; margin: .5rem 0; }
.note::before { content: "Note: "; font-weight: 600; }
p.legend { font-size: .8rem; margin: 1rem 0; } p.legend mark { padding: 2px 6px; }
details { font-size: .875rem; } summary { cursor: pointer; }
table { border-collapse: collapse; margin: .5rem 0; } th { text-align: left; font-weight: 600; }
td, th { padding: .15rem 1.5rem .15rem 0; } td:last-child, th:last-child { text-align: right; font-variant-numeric: tabular-nums; padding-right: 0; }`;
