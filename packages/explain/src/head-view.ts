import type { AttentionLayer } from './methods/attention.ts';

export interface HeadView {
  readonly layers: readonly AttentionLayer[];
  readonly tokens: readonly string[];
  /** Where the second text begins; null for a lone text. */
  readonly secondStart: number | null;
  readonly title: string;
}

/**
 * The attention head view (Vig 2019) as one page that fetches nothing: tokens left and right, a line per
 * weight, layer, heads and text filter selectable. Weights travel as bytes (0 to 255). Every text is data,
 * never markup.
 */
export function headViewHtml({ layers, tokens, secondStart, title }: HeadView): string {
  const data = {
    tokens,
    secondStart,
    heads: layers[0]?.heads ?? 0,
    layers: layers.map(({ weights }) => base64(Uint8Array.from(weights, (w) => Math.round(w * 255)))),
  };
  return page
    .replace('%TITLE%', () => escapeText(title))
    .replace('%DATA%', () => JSON.stringify(data).replaceAll('<', '\\u003c'));
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

export function escapeText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

// A policy without any source but inline code keeps the page self-contained even if someone edits it.
const page = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>%TITLE%</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<style>
body{font:14px system-ui,sans-serif;margin:12px;color:#222;background:#fff}
.bar{display:flex;gap:14px;flex-wrap:wrap;align-items:center;margin-bottom:10px}
.heads{display:flex;gap:4px}.heads button{width:20px;height:20px;border:1px solid #888;border-radius:3px;padding:0;font-size:10px;cursor:pointer}
.heads button[aria-pressed=false]{opacity:.25}
#view{position:relative}#view svg{position:absolute;left:0;top:0}
.token{position:absolute;height:20px;line-height:20px;white-space:pre;padding:0 4px;border-radius:3px;cursor:default}
.token.on{background:#dde7f5}
</style></head><body>
<div class="bar"><label>Layer <select id="layer"></select></label>
<label>Attention <select id="filter"><option value="all">all</option></select></label>
<span class="heads" id="heads" aria-label="Heads"></span></div>
<div id="view"></div>
<script type="application/json" id="data">%DATA%</script>
<script>
"use strict";
(() => {
  const { tokens, secondStart, heads, layers } = JSON.parse(document.getElementById("data").textContent);
  const weights = layers.map((text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)));
  const size = tokens.length, rowHeight = 22, left = 170, right = 420, width = 600;
  const on = Array.from({ length: heads }, () => true);
  const color = (head, light) => "hsl(" + Math.round((head * 360) / heads) + " 70% " + light + "%)";
  const layerBox = document.getElementById("layer"), filterBox = document.getElementById("filter");
  const headBar = document.getElementById("heads"), view = document.getElementById("view");
  const option = (box, value, text) => { const o = document.createElement("option"); o.value = value; o.textContent = text; box.append(o); };
  layers.forEach((_, l) => option(layerBox, l, String(l)));
  layerBox.value = String(layers.length - 1);
  if (secondStart !== null)
    for (const [a, x] of [["A", 0], ["B", 1]]) for (const [b, y] of [["A", 0], ["B", 1]]) option(filterBox, "" + x + y, "text " + a + " to text " + b);
  for (let h = 0; h < heads; h += 1) {
    const button = document.createElement("button");
    button.type = "button"; button.textContent = h; button.title = "head " + h; button.style.background = color(h, 60);
    button.setAttribute("aria-pressed", "true");
    button.onclick = () => { on[h] = !on[h]; button.setAttribute("aria-pressed", on[h]); draw(null); };
    headBar.append(button);
  }
  const part = (t) => (secondStart !== null && t >= secondStart ? 1 : 0);
  const shown = (q, k) => filterBox.value === "all" || filterBox.value === "" + part(q) + part(k);
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("width", width); svg.setAttribute("height", size * rowHeight);
  view.style.height = size * rowHeight + "px"; view.append(svg);
  const boxes = tokens.flatMap((token, t) => [0, 1].map((side) => {
    const box = document.createElement("div");
    box.className = "token"; box.textContent = token; box.style.top = t * rowHeight + "px";
    if (side === 0) { box.style.right = "calc(100% - " + left + "px)"; box.onmouseenter = () => draw(t); box.onmouseleave = () => draw(null); }
    else box.style.left = right + "px";
    view.append(box);
    return { box, t, side };
  }));
  function draw(only) {
    svg.replaceChildren();
    const layer = weights[Number(layerBox.value)];
    for (const { box, t, side } of boxes) box.classList.toggle("on", side === 0 && t === only);
    for (let h = 0; h < heads; h += 1) {
      if (!on[h]) continue;
      for (let q = 0; q < size; q += 1) {
        if (only !== null && q !== only) continue;
        for (let k = 0; k < size; k += 1) {
          const w = layer[(h * size + q) * size + k] / 255;
          if (w < (only === null ? 0.04 : 0.008) || !shown(q, k)) continue;
          const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
          line.setAttribute("x1", left); line.setAttribute("x2", right);
          line.setAttribute("y1", q * rowHeight + 10); line.setAttribute("y2", k * rowHeight + 10);
          line.setAttribute("stroke", color(h, 45)); line.setAttribute("stroke-opacity", w); line.setAttribute("stroke-width", 2);
          const tip = document.createElementNS("http://www.w3.org/2000/svg", "title");
          tip.textContent = "head " + h + ": " + tokens[q] + " to " + tokens[k] + " " + w.toFixed(2);
          line.append(tip); svg.append(line);
        }
      }
    }
  }
  layerBox.onchange = filterBox.onchange = () => draw(null);
  draw(null);
})();
</script></body></html>
`;
