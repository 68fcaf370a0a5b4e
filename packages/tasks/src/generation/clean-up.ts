const joined = [' .', ' ?', ' !', ' ,', " n't", " 'm", " 's", " 've", " 're"] as const;

/**
 * Takes out the spaces that word-level tokenizers leave before English punctuation and contractions, as
 * transformers does.
 */
export function cleanUpSpaces(text: string): string {
  let clean = text.replaceAll(" ' ", "'");
  for (const piece of joined) clean = clean.replaceAll(piece, piece.slice(1));
  return clean;
}
