import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeModel, externalFiles, externalLocations, type Model, saveModel } from '@tessera/onnx';
import { InferenceSession } from 'onnxruntime-node';

const options = { graphOptimizationLevel: 'disabled', intraOpNumThreads: 1, logSeverityLevel: 4 } as const;

/**
 * Opens a model without optimisations. External data of any size stay in their files: the model is written
 * beside links to them, because a session made from bytes would want them in memory as well.
 */
export async function openPlainly(model: Model): Promise<InferenceSession> {
  // onnxruntime reads this at its first session: whoever uses this package reports nothing home either.
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
  if (externalLocations(model).length === 0) return InferenceSession.create(encodeModel(model), options);
  const { directory } = model.external;
  if (directory === undefined)
    return InferenceSession.create(encodeModel(model), { ...options, externalData: externalFiles(model) });
  const folder = await temporaryFolder(directory);
  try {
    saveModel(model, join(folder, 'probe.onnx'));
    return await InferenceSession.create(join(folder, 'probe.onnx'), options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Beside the data files, so that they can be linked; elsewhere when that folder cannot be written. */
async function temporaryFolder(directory: string): Promise<string> {
  try {
    return await mkdtemp(join(directory, '.tessera-'));
  } catch {
    return mkdtemp(join(tmpdir(), 'tessera-'));
  }
}
