import type { Explainer } from '../explainer.ts';
import { headViewHtml } from '../head-view.ts';
import { attention, attentionLayersOf } from './attention.ts';

/**
 * The head view (Vig 2019): a page of the attention weights; its one value per token is that of `attention`.
 */
export const bertviz: Explainer = {
  ...attention,
  async page({ subject, sequence }, meter) {
    const { asChoices } = subject;
    const [outputs] = await meter.forward([subject.input], {
      outputs: ['attentions'],
      asChoices,
      required: true,
    });
    const second = sequence.sequenceIds.indexOf(1);
    return headViewHtml({
      layers: attentionLayersOf(outputs!),
      tokens: sequence.tokens,
      secondStart: second < 0 ? null : second,
      title: `Attention of ${meter.context.model.identifier}`,
    });
  },
};
