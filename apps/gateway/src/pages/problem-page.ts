import { type ErrorCode, errorCatalogue } from '@tessera/base';
import { escapeHtml } from '@tessera/text-views';

/**
 * The page about one kind of problem, for a person who followed a `type`; programs get JSON. Nothing but
 * text: no script, no link out.
 */
export function problemPage(code: ErrorCode): string {
  const { status, retry, text } = errorCatalogue[code];
  const filled = escapeHtml(text).replace(/\{(\w+)\}/g, '<var>$1</var>');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${code} – Tessera</title>
<link rel="icon" href="/docs/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/docs/problem.css">
</head>
<body>
<main>
<h1>${code}</h1>
<p>${filled}</p>
<dl>
<dt>HTTP status</dt><dd>${status}</dd>
<dt>Sending it again</dt><dd>${retry ? 'may help: wait for Retry-After first' : 'does not help; change the request as the text says'}</dd>
</dl>
<p class="note">Words in <var>this style</var> stand for what an answer names. <a href="/v1/problems">All problems</a> · <a href="/docs/">API</a></p>
</main>
</body>
</html>
`;
}

/** Its style sheet; light and dark. */
export const problemCss = `:root { color-scheme: light dark; }
body { margin: 0; font: 16px/1.55 system-ui, sans-serif; background: light-dark(#fff, #16181c); color: light-dark(#1b1f24, #e4e7eb); }
main { max-width: 40rem; margin: 0 auto; padding: 3rem 1.25rem; }
h1 { font: 600 1.3rem ui-monospace, monospace; margin: 0 0 1rem; overflow-wrap: anywhere; }
var { font: inherit; font-style: italic; opacity: .75; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.25rem; margin: 1.5rem 0; }
dt { opacity: .7; } dd { margin: 0; }
a { color: light-dark(#1f5fa0, #7fb2e5); } .note { font-size: .875rem; opacity: .85; }
`;
