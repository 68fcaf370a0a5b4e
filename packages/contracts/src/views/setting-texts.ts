/** What the settings mean, wherever they are sent or shown. */
export const settingTexts = {
  batchSize: 'Rows in one batch at the most.',
  maxInput: 'Texts or pairs in one request at the most; not tokens.',
  disableGpu: 'Whether it stays on the CPU.',
  returnPlaintextArrays: "Whether SQuARE's routes write arrays as nested lists instead of base64 .npy files.",
  replicas: 'Processes of it on each host at the most: another opens when all are busy. One always may.',
} as const;
