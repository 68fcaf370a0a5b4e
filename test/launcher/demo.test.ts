import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { watchChild } from '@tessera/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const launcher = resolve(import.meta.dirname, '../../apps/launcher/dist/main.js');

describe('npm run demo', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'tessera demo '));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  async function demo(): Promise<{ code: number | null; output: string }> {
    const child = spawn(process.execPath, [launcher, 'demo'], {
      env: { ...process.env, TESSERA_HOME: home, PORT: '', NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const watched = watchChild(child);
    return { code: await watched.end, output: watched.output() };
  }

  it('shows a request and a readable answer of each kind, twice at the same time, and leaves nothing', async () => {
    for (const { code, output } of await Promise.all([demo(), demo()])) {
      expect(code, output).toBe(0);
      expect(output).toContain('“A warm, funny film.” → positive');
      expect(output).toContain('“The plot is thin; the acting, thinner.” → negative');
      expect(output).toMatch(/Angela B-PER/);
      expect(output).toMatch(/→ “[^”]*Aire[^”]*” \(/);
      expect(output).toContain('3 vectors of 384 numbers');
      expect(output).toMatch(/“A little girl” → “A little girl [^”]+”/);
      expect(output).toContain('→ 1998-03-03');
      expect(output).toMatch(/\+warm, \+?funny film.* → positive/);
      // The first job of a model loads it, the first explanation builds its gradient graph; the second of
      // each does neither.
      const polls = output.split('\n').filter((line) => line.includes('GET  /api/main/task_result'));
      expect(polls[0]).toMatch(/, \d+ ms, \d+ ms of it loading the model\)/);
      expect(polls.filter((line) => line.includes('loading the model')).length).toBeLessThan(polls.length);
      expect(output).toContain('ms of it building what looks inside');
      expect(output).toMatch(/flipped by \w+ → \w+ in \d+ queries/);
    }
    expect(readdirSync(join(home, 'demo'))).toEqual([]);
  });
});
