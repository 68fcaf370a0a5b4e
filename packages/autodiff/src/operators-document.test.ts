import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { operatorsDocument } from './operators-document.ts';

it('docs/onnx-operators.md is what the registry says', () => {
  const written = readFileSync(new URL('../../../docs/onnx-operators.md', import.meta.url), 'utf8');
  expect(written).toBe(operatorsDocument());
});
