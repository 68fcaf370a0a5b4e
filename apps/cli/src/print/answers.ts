import type { TaskName, TaskResultReply, TextInput } from '@tessera/contracts';
import pc from 'picocolors';
import { entitiesOf } from './entities.ts';

/** One input's answer: as JSON, and as lines that a person reads. */
export interface Answer {
  readonly json: Readonly<Record<string, unknown>>;
  /** `named`: with the input in front, for one of many. */
  lines(input: TextInput, named: boolean): string;
}

type Fields = Readonly<Record<string, unknown>>;
type Lists = Readonly<Record<string, readonly unknown[]>>;

interface Span {
  readonly score: number;
  readonly start: number;
  readonly end: number;
  readonly answer: string;
}

/** The answers of a task's result, one per input. */
export function answersOf(result: TaskResultReply): readonly Answer[] {
  return readers[result.task](result.fields, result.tensors as Lists);
}

const readers: Readonly<Record<TaskName, (fields: Fields, tensors: Lists) => readonly Answer[]>> = {
  'sequence-classification': (fields, { logits = [] }) => {
    const labels = fields['labels'] as readonly (number | readonly number[])[];
    const names = fields['id2label'] as Readonly<Record<string, string>>;
    return (logits as readonly (readonly number[])[]).map((scores, i) => {
      const scored = scores.map((score, c) => ({ label: names[c] ?? `LABEL_${c}`, score }));
      const chosen = labels[i];
      const label =
        chosen === undefined
          ? null
          : [chosen]
              .flat()
              .map((c) => names[c] ?? `LABEL_${c}`)
              .join(', ');
      return {
        json: { label, scores: scored },
        lines: (input, named) => {
          const best = chosen === undefined || Array.isArray(chosen) ? null : scores[chosen as number]!;
          const shown = label === null ? scores.map(rounded).join('  ') : pc.bold(label);
          return `${named ? `${oneLine(input)}  ${pc.dim('→')} ` : ''}${shown}${best === null ? '' : pc.dim(` ${percent(best)}`)}`;
        },
      };
    });
  },
  'token-classification': tokenAnswers,
  embedding: (fields, tensors) => {
    const rows = tensors['embeddings'] ?? [];
    return rows.map((row) => ({
      json: { embedding: row, ...(fields['mode'] ? { mode: fields['mode'] } : {}) },
      lines: (input) => {
        const numbers = (row as readonly unknown[]).flat() as readonly number[];
        return `${oneLine(input)}  ${pc.dim(`[${numbers.length}]`)} ${numbers.slice(0, 6).map(rounded).join(' ')} …`;
      },
    }));
  },
  'question-answering': (fields) =>
    (fields['answers'] as readonly (readonly Span[])[]).map((spans) => ({
      json: { answers: spans },
      lines: (input, named) =>
        spans
          .map(({ answer, score }, k) => {
            const shown = answer === '' ? pc.dim('(no answer)') : pc.bold(answer);
            const front = named && k === 0 ? `${oneLine(input)}  ${pc.dim('→')} ` : k > 0 ? '  ' : '';
            return `${front}${shown}${pc.dim(` ${percent(score)}`)}`;
          })
          .join('\n'),
    })),
  generation: (fields) =>
    (fields['generatedTexts'] as readonly (readonly string[])[]).map((texts) => ({
      json: { generatedTexts: texts },
      lines: (input, named) => `${named ? `${oneLine(input)}  ${pc.dim('→')} ` : ''}${texts.join('\n')}`,
    })),
};

function tokenAnswers(fields: Fields): readonly Answer[] {
  const names = fields['id2label'] as Readonly<Record<string, string>>;
  const rows = fields['labels'] as readonly (readonly number[])[];
  const offsets = fields['offsets'] as readonly (readonly (readonly [number, number])[])[];
  return rows.map((labels, i) => {
    const tokens = labels.map((label, t) => ({
      label: names[label] ?? `LABEL_${label}`,
      offsets: offsets[i]![t]!,
    }));
    return {
      json: { tokens },
      lines: (input, named) => {
        const text = typeof input === 'string' ? input : input[0];
        const entities = entitiesOf(text, tokens);
        const shown = entities.map((one) => `${pc.bold(one.text)} ${pc.dim(one.label)}`).join('  ');
        return `${named ? `${oneLine(input)}  ${pc.dim('→')} ` : ''}${shown || pc.dim('(no entities)')}`;
      },
    };
  });
}

/** An input on one line, cut where it is long. */
export function oneLine(input: TextInput): string {
  const text = (typeof input === 'string' ? input : input.join(' ‖ ')).replace(/\s+/g, ' ');
  const points = [...text];
  return points.length > 60 ? `${points.slice(0, 59).join('')}…` : text;
}

/** A probability as a person reads it. */
export function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}

function rounded(value: number): string {
  return value.toFixed(4);
}
