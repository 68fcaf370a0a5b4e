import { create } from '@bufbuild/protobuf';
import type { DataType } from './data-type.ts';
import { type ValueInfoProto, ValueInfoProtoSchema } from './proto.ts';

/** The declaration of a model input or output. */
export type ValueInfo = ValueInfoProto;

/** A dimension: a fixed length, a name for a length that varies, or unknown. */
export type Dim = number | string | undefined;

/** Declares a tensor; without `dims` its rank stays open and the runtime infers it. */
export function makeValueInfo(name: string, type?: DataType, dims?: readonly Dim[]): ValueInfo {
  if (type === undefined) return create(ValueInfoProtoSchema, { name });
  const shape = dims && { dim: dims.map(dimension) };
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: shape ? { elemType: type, shape } : { elemType: type } } },
  });
}

function dimension(dim: Dim) {
  if (dim === undefined) return {};
  return typeof dim === 'number'
    ? { value: { case: 'dimValue' as const, value: BigInt(dim) } }
    : { value: { case: 'dimParam' as const, value: dim } };
}

/** The declared element type, or undefined when none was declared. */
export function declaredType(info: ValueInfo): DataType | undefined {
  const type = info.type?.value;
  return type?.case === 'tensorType' && type.value.elemType ? (type.value.elemType as DataType) : undefined;
}

/** The declared dimensions, or undefined when the rank was left open. */
export function declaredDims(info: ValueInfo): Dim[] | undefined {
  const type = info.type?.value;
  if (type?.case !== 'tensorType' || !type.value.shape) return undefined;
  return type.value.shape.dim.map(({ value }) => {
    if (value.case === 'dimValue') return Number(value.value);
    return value.case === 'dimParam' && value.value !== '' ? value.value : undefined;
  });
}
