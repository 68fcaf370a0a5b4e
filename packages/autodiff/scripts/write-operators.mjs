// Writes docs/onnx-operators.md from the registry of rules. Needs `npx tsc -b packages/autodiff` first.
import { writeFileSync } from 'node:fs';
import { operatorsDocument } from '../dist/operators-document.js';

writeFileSync(new URL('../../../docs/onnx-operators.md', import.meta.url), operatorsDocument());
