import { type Engine, type EngineEvents, guarded, isAlive, startedPack } from './engine.ts';
import { type Batch, type Entry, type Grouping, groupMembers, type Member } from './members.ts';
import { packPrompts } from './prefill.ts';
import { type GenerativeFiles, startMembers, stepMembers } from './stepper.ts';

export interface PlainEngineOptions {
  readonly files: Omit<GenerativeFiles, 'onRun'>;
  readonly grouping: Grouping;
  readonly vocabularySize: number;
  readonly events: EngineEvents;
}

/**
 * Runs the files as they are: the cache goes in and comes out as a whole. For any file, and for jobs that
 * look inside.
 */
export function createPlainEngine({ files, grouping, vocabularySize, events }: PlainEngineOptions): Engine {
  const told: GenerativeFiles = { ...files, onRun: events.onRun };
  let batches: readonly Batch[] = [];
  const members = (): Member[] => batches.flatMap((batch) => batch.members).filter(isAlive);
  return {
    members,
    async iterate(admitted) {
      const ahead: Member[] = [];
      for (const batch of batches) {
        if (!batch.members.some(isAlive)) continue;
        events.onStep(batch.members.reduce((sum, member) => sum + member.rows.length, 0));
        const entries = batch.members.map((member): Entry => member.entry);
        ahead.push(...(await guarded(entries, () => stepMembers(told, batch))));
      }
      for (const pack of packPrompts(admitted, vocabularySize))
        ahead.push(...(await startedPack(pack, (own) => startMembers(told, own))));
      batches = groupMembers(ahead.filter(isAlive), grouping);
    },
    async clear() {
      batches = [];
    },
  };
}
