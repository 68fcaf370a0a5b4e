import { readFileSync } from 'node:fs';
import { decodeSafetensors, type TaskName } from '@tessera/contracts';
import { describe, expect, it } from 'vitest';
import { encodeTensors } from './arrays/encode-tensors.ts';
import { encodeNativeResult } from './native/encode-result.ts';
import type { ResultRecord } from './result-record.ts';
import { resultDefaults } from './square/encode-prediction.ts';
import { encodeResult } from './square/encode-result.ts';
import { taskView } from './testing/task-view.ts';

/**
 * Rows as version 1 stored them, one of each kind: written by the code of then, with the small models of the
 * tests.
 */
interface FirstRow {
  readonly kind: string;
  readonly task: TaskName;
  readonly fieldsText: string;
  readonly tensors: string | null;
  readonly warnings: readonly string[];
}

const file = new URL('testing/results-of-version-1.json', import.meta.url);
const rows = JSON.parse(readFileSync(file, 'utf8')) as readonly FirstRow[];

describe.each(rows)('$kind that version 1 stored', ({ task, fieldsText, tensors, warnings }) => {
  const bytes = tensors === null ? null : Uint8Array.from(Buffer.from(tensors, 'base64'));
  const record: ResultRecord = { version: 1, fieldsText, tensors: bytes, warnings };
  const outputs = bytes ? encodeTensors(decodeSafetensors(bytes), 'list') : {};

  it('is answered to SQuARE’s clients as version 1 answered it', () => {
    const found = JSON.stringify(encodeResult(record, { task, encoded: false }));
    const asThen = {
      model_outputs: outputs,
      model_output_is_encoded: false,
      ...resultDefaults[task],
      ...JSON.parse(fieldsText),
      ...(warnings.length > 0 && { warnings }),
    };
    expect(found).toBe(JSON.stringify(asThen));
  });

  it('is shown by the native API in the form in which it was stored', () => {
    const { body } = encodeNativeResult(taskView({ task }), record, 'list');
    expect(String(body.value)).toContain(`"fields":${fieldsText},"tensorEncoding":"list"`);
    expect(JSON.parse(String(body.value)).tensors).toEqual(outputs);
  });
});
