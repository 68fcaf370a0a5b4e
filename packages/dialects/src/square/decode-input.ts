import type { TextInput } from '@tessera/contracts';
import { checkText, invalid, type TextLimits } from '../text-limits.ts';
import { noneNotAllowed, readString } from './coerce.ts';

/**
 * `input` of a PredictionRequest: a list of texts or a list of lists of one or two texts. As pydantic's union
 * does, the whole list is read as one kind: the first item decides. Numbers and booleans become texts. What
 * pydantic would push into the object branch (`[["q", null]]`) is refused here, naming the element; objects
 * serve no model type of this server.
 */
export function decodeInput(
  value: unknown,
  options: { readonly maxInput: number; readonly limits: TextLimits },
): TextInput[] {
  const field = 'body.input';
  if (value === undefined) throw invalid(field, 'field required', 'value_error.missing');
  if (value === null) throw noneNotAllowed(field);
  if (typeof value === 'object' && !Array.isArray(value))
    throw invalid(field, 'objects are no input of this model; send a list of texts or of pairs of texts');
  if (!Array.isArray(value)) throw invalid(field, 'value is not a valid list', 'type_error.list');
  if (value.length === 0)
    throw invalid(field, 'the list is empty; send at least one text', 'value_error.list.min_items');
  if (value.length > options.maxInput)
    throw invalid(field, `Input is too large. Max input size is ${options.maxInput}`);
  return Array.isArray(value[0])
    ? value.map((item, i) => decodeGroup(item, `${field}.${i}`, options.limits))
    : value.map((item, i) => decodeText(item, `${field}.${i}`, options.limits));
}

function decodeText(value: unknown, field: string, limits: TextLimits): string {
  const text = readString(value, field);
  checkText(text, field, limits);
  return text;
}

/** A list of one text is that text (open-generative-qa sends it), a list of two is a pair. */
function decodeGroup(value: unknown, field: string, limits: TextLimits): TextInput {
  if (!Array.isArray(value)) throw invalid(field, 'value is not a valid list', 'type_error.list');
  const texts = value.map((item, i) => decodeText(item, `${field}.${i}`, limits));
  const [first, second] = texts;
  if (first === undefined || texts.length > 2)
    throw invalid(field, `one text or a pair of texts expected, not a list of ${texts.length}`);
  return second === undefined ? first : [first, second];
}
