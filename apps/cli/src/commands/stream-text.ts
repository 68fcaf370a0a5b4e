import type { SubmitTask } from '@tessera/contracts';
import type { Session } from '../connection.ts';
import { TaskFailedError } from '../failure.ts';
import { tellWarnings } from '../print/warnings.ts';
import type { Asked } from '../run-chunks.ts';

/** Writes a text while it is made. Ctrl-C closes the connection, which cancels the task. */
export async function streamText({ model, task, inputs, more }: Asked, session: Session): Promise<void> {
  const { client, terminal, signal } = session;
  const request = { ...more, model: model.identifier, task, input: [...inputs] } as SubmitTask;
  let shown = '';
  for await (const event of client.tasks.stream(request, { signal })) {
    if (event.type === 'token') {
      const { text } = event.data as { text: string };
      shown += text;
      terminal.stdout.write(text);
    } else if (event.type === 'failed' || event.type === 'cancelled' || event.type === 'expired') {
      const { error } = event.data as { error?: { text: string } };
      throw new TaskFailedError(`\nThe task ${event.type}: ${error?.text ?? 'no reason is known'}`);
    } else if (event.type === 'result' && event.data.result) {
      if (shown === '') terminal.stdout.write(firstText(event.data.result.fields));
      terminal.stdout.write('\n');
      tellWarnings([event.data.result], session);
    }
  }
}

/** Beams are not streamed: their text comes at the end. */
function firstText(fields: Readonly<Record<string, unknown>>): string {
  const [first] = (fields['generatedTexts'] ?? []) as readonly (readonly string[])[];
  return first?.[0] ?? '';
}
