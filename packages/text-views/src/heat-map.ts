import { escapeHtml } from './escape.ts';
import { type Segment, segmentsOf } from './segments.ts';
import type { WeightedSpan } from './words.ts';

/** Weaker words than this share of the strongest stay uncoloured. */
const visible = 0.05;

/**
 * A text as HTML with its weighted words on a two-colour ground: blue speaks for the target, orange against
 * it, which colour-blind readers can tell apart. The number is in the title, and read out to screen readers.
 */
export function heatMapHtml(text: string, spans: readonly WeightedSpan[], strongest?: number): string {
  return `<p class="heat" dir="auto">${segmentsOf(text, spans, strongest).map(segmentHtml).join('')}</p>`;
}

function segmentHtml({ text, value, share }: Segment): string {
  if (value === null) return escapeHtml(text);
  const shown = signed(value);
  const strength = Math.round(Math.abs(share) * 100);
  const side = Math.abs(share) < visible ? 'none' : share > 0 ? 'for' : 'against';
  return (
    `<mark class="${side}" style="--strength:${strength}%" title="${shown}" tabindex="0">` +
    `${escapeHtml(text)}<span class="read"> (${shown})</span></mark>`
  );
}

/** A number with its sign and three significant digits, with a real minus. */
export function signed(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const digits = Math.abs(value) >= 1000 ? Math.abs(value).toFixed(0) : shortest(Math.abs(value));
  return `${value < 0 ? '−' : '+'}${digits}`;
}

function shortest(value: number): string {
  return value >= 0.001 ? String(Number(value.toPrecision(3))) : value.toExponential(1);
}

/** The rules that `heatMapHtml` needs, for light and dark grounds. */
export const heatMapCss = `
.heat { line-height: 2; overflow-wrap: anywhere; margin: 0; }
.heat mark { color: inherit; background: none; border-radius: 3px; padding: 2px 1px; }
.heat mark:focus-visible { outline: 2px solid currentColor; outline-offset: 1px; }
.heat mark.for { background: color-mix(in srgb, var(--for) var(--strength), transparent); }
.heat mark.against { background: color-mix(in srgb, var(--against) var(--strength), transparent); }
.read { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
:root { color-scheme: light dark; --for: #7fb2e5; --against: #f0a45d; }
@media (prefers-color-scheme: dark) { :root { --for: #2f6da8; --against: #a85f1c; } }`;
