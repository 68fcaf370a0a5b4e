import { create } from '@bufbuild/protobuf';
import type { Model } from './model.ts';
import { GraphProtoSchema, ModelProtoSchema, OperatorSetIdProtoSchema } from './proto.ts';

/** A model without nodes, to build a graph in: `const graph = new Graph(emptyModel(17))`. */
export function emptyModel(opset: number): Model {
  const proto = create(ModelProtoSchema, {
    irVersion: opset >= 21 ? 10n : 8n,
    producerName: 'tessera',
    graph: create(GraphProtoSchema, { name: 'main' }),
    opsetImport: [create(OperatorSetIdProtoSchema, { domain: '', version: BigInt(opset) })],
  });
  return { proto, external: { files: new Map() } };
}
