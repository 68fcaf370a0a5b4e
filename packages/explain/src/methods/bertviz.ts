import type { Explainer } from '../explainer.ts';
import { attention } from './attention.ts';

/**
 * The head view's numbers are the attention weights themselves; its one value a token is that of `attention`. The page is made
 * by head-view.ts, because only the entry point knows the tokens' texts.
 */
export const bertviz: Explainer = attention;
