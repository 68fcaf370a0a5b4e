import type { TokenSequence } from './sequence.ts';
import type { Settings } from './subject.ts';

/** About how many model calls one input will take, for the progress bar; doubling of steps and early stops change it. */
export function expectedCalls(settings: Settings, sequence: TokenSequence): number {
  const samples = settings.n_samples ?? 256;
  const steps = settings.n_steps ?? 20;
  const ordinary = sequence.specialTokensMask.filter((special) => !special).length;
  const words = new Set(sequence.wordIds.map((id, t) => `${sequence.sequenceIds[t]} ${id}`)).size;
  const features = settings.granularity === 'word' ? words : ordinary;
  const evaluation = settings.evaluate ? 130 + 3 * ordinary : 0;
  switch (settings.method) {
    case 'smooth_grads':
      return evaluation + 1 + samples * (settings.wraps === 'integrated_grads' ? steps : 1);
    case 'integrated_grads':
      return evaluation + 2 + steps;
    case 'layer_integrated_grads':
      return evaluation + 3 + steps;
    case 'occlusion':
      return evaluation + 1 + features;
    case 'lime':
      return evaluation + 1 + samples;
    case 'kernel_shap':
      return evaluation + 2 + Math.min(samples + 2 * features, 2 ** Math.min(features, 30) - 2);
    default:
      return evaluation + 2;
  }
}
