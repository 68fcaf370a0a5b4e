import { readdirSync } from 'node:fs';

/**
 * CUDA devices this host may use, as onnxruntime counts them; CUDA_VISIBLE_DEVICES narrows them as everywhere
 * else.
 */
export function findGpus(
  env: NodeJS.ProcessEnv = process.env,
  driverFolder = '/proc/driver/nvidia/gpus',
): readonly number[] {
  const visible = env.CUDA_VISIBLE_DEVICES;
  if (visible !== undefined)
    return visible
      .split(',')
      .flatMap((name, index) => (name.trim() === '' || name.trim() === '-1' ? [] : index));
  try {
    return readdirSync(driverFolder).map((_, index) => index);
  } catch {
    return [];
  }
}
