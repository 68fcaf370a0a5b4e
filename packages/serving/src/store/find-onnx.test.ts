import { describe, expect, test } from 'vitest';
import { candidateOnnx, chooseOnnx } from './find-onnx.ts';

const single = (model: string) => ({ kind: 'single', model });
const pair = (encoder: string, decoder: string) => ({ kind: 'encoder-decoder', encoder, decoder });

describe('the file that runs', () => {
  test.each([
    [
      'float32 before everything',
      ['onnx/model_q4.onnx', 'onnx/model_fp16.onnx', 'onnx/model.onnx'],
      single('onnx/model.onnx'),
    ],
    [
      'a fused graph before eight bits',
      ['model_quantized.onnx', 'model_optimized.onnx'],
      single('model_optimized.onnx'),
    ],
    [
      'more fusion before less',
      ['onnx/model_O1.onnx', 'onnx/model_O3.onnx', 'onnx/model_O2.onnx'],
      single('onnx/model_O3.onnx'),
    ],
    [
      'eight bits before halves',
      ['onnx/model_fp16.onnx', 'onnx/model_int8.onnx'],
      single('onnx/model_int8.onnx'),
    ],
    [
      'halves before four bits',
      ['onnx/model_q4f16.onnx', 'onnx/model_O4.onnx'],
      single('onnx/model_O4.onnx'),
    ],
    [
      'an int8 file for an instruction set',
      ['onnx/model_qint8_avx512_vnni.onnx'],
      single('onnx/model_qint8_avx512_vnni.onnx'),
    ],
    [
      'four bits with floats before those with halves',
      ['onnx/model_q4f16.onnx', 'onnx/model_q4.onnx'],
      single('onnx/model_q4.onnx'),
    ],
    ['bitsandbytes', ['onnx/model_bnb4.onnx'], single('onnx/model_bnb4.onnx')],
    [
      'a quantised pair, merged decoders first',
      [
        'onnx/encoder_model_quantized.onnx',
        'onnx/decoder_model_quantized.onnx',
        'onnx/decoder_model_merged_quantized.onnx',
      ],
      pair('onnx/encoder_model_quantized.onnx', 'onnx/decoder_model_merged_quantized.onnx'),
    ],
    [
      'a pair of one ending before a mixed one',
      [
        'encoder_model.onnx',
        'encoder_model_q4.onnx',
        'decoder_model_q4.onnx',
        'decoder_with_past_model.onnx',
      ],
      pair('encoder_model_q4.onnx', 'decoder_model_q4.onnx'),
    ],
    [
      'a mixed pair',
      ['encoder_model.onnx', 'decoder_model_int8.onnx'],
      pair('encoder_model.onnx', 'decoder_model_int8.onnx'),
    ],
    [
      'a quantised decoder of its own',
      ['onnx/decoder_model_merged_q4.onnx'],
      single('onnx/decoder_model_merged_q4.onnx'),
    ],
    ['the only file, whatever its name', ['onnx/my-export.v2.onnx'], single('onnx/my-export.v2.onnx')],
  ])('%s', async (_, files, expected) => {
    expect(await chooseOnnx(['config.json', ...files], 'm')).toEqual(expected);
  });

  test('lies in the folder of the Transformer before the top', async () => {
    const files = ['onnx/model.onnx', '0_Transformer/model.onnx', '0_Transformer/onnx/model.onnx'];
    expect(await chooseOnnx(files, 'm', { inner: '0_Transformer' })).toEqual(
      single('0_Transformer/onnx/model.onnx'),
    );
  });

  test.each([
    [
      'one by its path',
      ['onnx/model.onnx', 'onnx/model_q4.onnx'],
      'onnx/model_q4.onnx',
      single('onnx/model_q4.onnx'),
    ],
    [
      'one in a folder of its own',
      ['onnx/model.onnx', 'int4/best.onnx'],
      'int4/best.onnx',
      single('int4/best.onnx'),
    ],
    [
      'a decoder, which brings its encoder',
      ['encoder_model.onnx', 'encoder_model_int8.onnx', 'decoder_model.onnx', 'decoder_model_int8.onnx'],
      'decoder_model_int8.onnx',
      pair('encoder_model_int8.onnx', 'decoder_model_int8.onnx'),
    ],
  ])('can be chosen: %s', async (_, files, file, expected) => {
    expect(await chooseOnnx(files, 'm', { file })).toEqual(expected);
  });
});

describe('refused with what is there:', () => {
  test('several files of unknown names', async () => {
    await expect(chooseOnnx(['a.onnx', 'onnx/b.onnx'], 'm')).rejects.toThrow(
      /a\.onnx, onnx\/b\.onnx.*"file"/,
    );
  });

  test('a chosen file that is not there', async () => {
    await expect(chooseOnnx(['onnx/model.onnx'], 'm', { file: 'onnx/q.onnx' })).rejects.toThrow(
      /no onnx\/q\.onnx; there are onnx\/model\.onnx/,
    );
  });

  test('an encoder without its decoder', async () => {
    await expect(chooseOnnx(['encoder_model.onnx'], 'm')).rejects.toThrow(/encoder_model\.onnx/);
  });
});

test('a host without a listing is asked for the same names in the same order', async () => {
  const asked = candidateOnnx();
  for (const parts of asked) {
    const files = parts.map((names) => names[0]!);
    const chosen = await chooseOnnx(files, 'm');
    expect(chosen.kind === 'single' ? [chosen.model] : [chosen.decoder, chosen.encoder]).toEqual(files);
  }
  const everything = asked.flat(2);
  expect(await chooseOnnx(everything, 'm')).toEqual(single(asked[0]![0]![0]!));
});
