/**
 * Sentences for what onnxruntime says when it cannot load or run a file; its own text holds paths and code
 * names.
 */
const known: readonly (readonly [pattern: RegExp, reason: (match: RegExpMatchArray) => string])[] = [
  [
    /opset (\d+) is under development.*till opset (\d+)/is,
    ([, wanted, supported]) =>
      `it needs opset ${wanted}; this onnxruntime knows opsets up to ${supported}. Export it again`,
  ],
  [
    /Unsupported model IR version: (\d+), max supported IR version: (\d+)/i,
    ([, wanted, most]) =>
      `it has IR version ${wanted}; this onnxruntime reads versions up to ${most}. Export it again`,
  ],
  [
    /protobuf parsing failed|INVALID_PROTOBUF|Failed to load model because protobuf/i,
    () => 'the ONNX file is truncated or not an ONNX file. Copy it again',
  ],
  [
    /file_size|External data|external data|external initializer/i,
    () => 'the external data file beside the ONNX file is missing or too short. Copy it again',
  ],
  [
    /ModelProto does not have a graph|failed:\s*\/?\S*model\.cc:\d+/i,
    () => 'the ONNX file is empty or holds no graph. Copy or export it again',
  ],
  [/NO_SUCHFILE|File doesn't exist|No such file/i, () => 'the ONNX file is not there'],
  [
    /NOT_IMPLEMENTED.*?Could not find an implementation for (.+)/is,
    ([, what]) => `onnxruntime has no kernel for ${firstLine(what!)}`,
  ],
  [
    /is not a registered function\/op|No Op registered for (\S+)/i,
    ([text]) => `it uses an operator this onnxruntime does not have (${firstLine(text)})`,
  ],
  [
    /bad_alloc|Failed to allocate memory|out of memory/i,
    () => 'there is not enough memory. Send fewer or shorter inputs, or run fewer models',
  ],
  [
    /idx=(-?\d+) must be within the inclusive range \[(-?\d+),(-?\d+)\]/i,
    ([, index, , most]) =>
      `an index (${index}) lies outside a table of the model (largest ${most}): the tokenizer or the limits do not belong to this file`,
  ],
];

/** A reason to show: a known sentence, else the first line of the message without paths. */
export function reasonOf(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  for (const [pattern, reason] of known) {
    const match = message.match(pattern);
    if (match) return reason(match);
  }
  return withoutPaths(firstLine(message));
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0]!.slice(0, 300);
}

function withoutPaths(text: string): string {
  return text.replace(/(?:[A-Za-z]:)?(?:[\\/][^\s\\/:'"]+){2,}/g, (path) => path.split(/[\\/]/).at(-1)!);
}
