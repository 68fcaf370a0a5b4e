import type { TaskState, TaskToken } from '@tessera/contracts';
import type { Notice } from '../../ports/notices.ts';

/** Notices as short JSON arrays: they cross the wire thousands of times a second. */
type Wire =
  | readonly ['t', string, TaskState | 'progress']
  | readonly ['p', string, TaskToken]
  | readonly ['m', string]
  | readonly ['k'];

export function encodeNotice(notice: Notice): string | null {
  switch (notice.kind) {
    case 'task':
      return JSON.stringify(['t', notice.taskId, notice.state]);
    case 'token':
      return JSON.stringify(['p', notice.taskId, notice.token]);
    case 'model':
      return JSON.stringify(['m', notice.identifier]);
    case 'keys':
      return '["k"]';
    case 'gap':
      return null;
  }
}

/** Messages of at most `maxBytes`, each a JSON array of notices. */
export function packNotices(notices: readonly Notice[], maxBytes: number): readonly string[] {
  const messages: string[] = [];
  let members: string[] = [];
  let bytes = 0;
  for (const notice of notices) {
    const text = encodeNotice(notice);
    if (text === null) continue;
    const size = Buffer.byteLength(text) + 1;
    if (bytes + size > maxBytes && members.length > 0) {
      messages.push(`[${members.join(',')}]`);
      members = [];
      bytes = 0;
    }
    members.push(text);
    bytes += size;
  }
  if (members.length > 0) messages.push(`[${members.join(',')}]`);
  return messages;
}

/** What a message holds; one that another version wrote in another form counts as a gap. */
export function unpackNotices(message: string): readonly Notice[] {
  try {
    return (JSON.parse(message) as readonly Wire[]).map(decode);
  } catch {
    return [{ kind: 'gap' }];
  }
}

function decode(wire: Wire): Notice {
  switch (wire[0]) {
    case 't':
      return { kind: 'task', taskId: wire[1], state: wire[2] };
    case 'p':
      return { kind: 'token', taskId: wire[1], token: wire[2] };
    case 'm':
      return { kind: 'model', identifier: wire[1] };
    case 'k':
      return { kind: 'keys' };
    default:
      return { kind: 'gap' };
  }
}
