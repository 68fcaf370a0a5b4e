/**
 * Cuts a very long text before it is tokenized, when the tokens past a limit are thrown away anyway: 10 MB
 * take ten seconds to tokenize, their first 512 tokens a millisecond.
 *
 * The first tokens of a text do not depend on what follows far behind them. So a prefix is tokenized, twice
 * as long each time, until it holds `maxTokens` and a margin; the margin (and a cut at white space, where
 * there is one near) keeps the kept tokens clear of the cut. A single word longer than the prefix (WordPiece
 * makes it one unknown token) simply makes the prefix grow to the whole text.
 */
export async function clipText(
  text: string,
  maxTokens: number,
  countTokens: (prefix: string) => Promise<number>,
): Promise<string> {
  for (let length = Math.max(shortText, maxTokens * unitsPerToken); length < text.length; length *= 2) {
    const prefix = text.slice(0, cutNear(text, length));
    if ((await countTokens(prefix)) >= maxTokens + marginTokens) return prefix;
  }
  return text;
}

const shortText = 16_384;
const unitsPerToken = 8;
const marginTokens = 64;

/** A position at white space in the last kilobyte before `length`, else one that splits no surrogate pair. */
function cutNear(text: string, length: number): number {
  for (let i = length; i > length - 1024; i--) if (/\s/u.test(text[i]!)) return i;
  const unit = text.charCodeAt(length);
  return unit >= 0xdc00 && unit <= 0xdfff ? length - 1 : length;
}
