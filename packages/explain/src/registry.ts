import type { ExplainMethod } from '@tessera/contracts';
import type { Explainer } from './explainer.ts';
import { attention, attentionRollout, scaledAttention } from './methods/attention.ts';
import { bertviz } from './methods/bertviz.ts';
import { gradientNorm, simpleGrads } from './methods/gradients.ts';
import { integratedGrads } from './methods/integrated-grads.ts';
import { kernelShap } from './methods/kernel-shap.ts';
import { layerIntegratedGrads } from './methods/layer-integrated-grads.ts';
import { lime } from './methods/lime.ts';
import { occlusion } from './methods/occlusion.ts';
import { smoothGrads } from './methods/smooth.ts';

/** Every method; what each needs and how it is described stands in contracts' explainCatalogue. */
export const explainers: Readonly<Record<ExplainMethod, Explainer>> = {
  attention,
  scaled_attention: scaledAttention,
  simple_grads: simpleGrads,
  smooth_grads: smoothGrads,
  integrated_grads: integratedGrads,
  bertviz,
  gradient_norm: gradientNorm,
  layer_integrated_grads: layerIntegratedGrads,
  occlusion,
  lime,
  kernel_shap: kernelShap,
  attention_rollout: attentionRollout,
};
