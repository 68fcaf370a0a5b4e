export { escapeHtml } from './escape.ts';
export { type ExplainedMap, type ExplainedPage, explanationPage } from './explanation-page.ts';
export { heatMapCss, heatMapHtml, signed } from './heat-map.ts';
export { type Segment, segmentsOf, strongestOf } from './segments.ts';
export { type ExplainedToken, type WeightedSpan, wordsOf } from './words.ts';
