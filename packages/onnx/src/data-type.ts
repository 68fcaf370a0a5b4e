/** ONNX element types by name, with the numbers of `TensorProto.DataType`. */
export const DataType = {
  FLOAT: 1,
  UINT8: 2,
  INT8: 3,
  UINT16: 4,
  INT16: 5,
  INT32: 6,
  INT64: 7,
  STRING: 8,
  BOOL: 9,
  FLOAT16: 10,
  DOUBLE: 11,
  UINT32: 12,
  UINT64: 13,
  BFLOAT16: 16,
} as const;

/** The number that ONNX writes for an element type. */
export type DataType = (typeof DataType)[keyof typeof DataType];

const names = new Map<number, string>(
  Object.entries(DataType).map(([name, code]) => [code, name.toLowerCase()]),
);

/** The lower-case name of an element type, for messages. */
export function dataTypeName(type: number): string {
  return names.get(type) ?? `type ${type}`;
}

const floats: ReadonlySet<number> = new Set([
  DataType.FLOAT,
  DataType.FLOAT16,
  DataType.DOUBLE,
  DataType.BFLOAT16,
]);

/** Whether values of this type can carry a gradient. */
export function isFloat(type: number): boolean {
  return floats.has(type);
}

/** Whether this is one of the two 16-bit float types. */
export function isHalf(type: number): boolean {
  return type === DataType.FLOAT16 || type === DataType.BFLOAT16;
}
