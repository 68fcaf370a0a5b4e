import { manualClock } from '@tessera/base';
import type { HostReport } from '@tessera/contracts';
import { expect, it } from 'vitest';
import { startHeartbeat } from './heartbeat.ts';
import type { DownloadProgress } from './locate-files.ts';
import type { Residency } from './residency.ts';

it('tells every two seconds what is loaded here and how far downloads have come, and hears whether that arrived', async () => {
  const clock = manualClock();
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const reports: HostReport[] = [];
  const heard: string[] = [];
  const downloads = new Map<string, DownloadProgress>();
  let tidied = 0;
  const resident = [{ identifier: 'here', memoryBytes: 5_000, busy: 1, pids: [7] }];
  const heart = startHeartbeat({
    host: 'h',
    jobs: {
      hosts: {
        beat: (report) => {
          reports.push(report);
          return reports.length === 2 ? Promise.reject(new Error('away')) : Promise.resolve();
        },
      },
    } as Parameters<typeof startHeartbeat>[0]['jobs'],
    residency: { tidy: () => tidied++, resident: () => resident } as unknown as Residency,
    downloads: () => downloads,
    gpus: [1],
    clock,
    onBeat: () => heard.push('beat'),
    onError: () => heard.push('error'),
  });
  const download = { file: 'onnx/model.onnx', receivedBytes: 12, totalBytes: 340 };
  downloads.set('coming', download);
  await turn();
  clock.advance(2_000);
  await turn();
  heart.stop();
  clock.advance(10_000);
  expect(reports.map(({ models }) => models)).toEqual([
    [{ identifier: 'here', memoryBytes: 5_000, state: 'busy' }],
    [
      { identifier: 'coming', memoryBytes: 0, state: 'downloading', download },
      { identifier: 'here', memoryBytes: 5_000, state: 'busy' },
    ],
  ]);
  expect(reports[0]).toMatchObject({ host: 'h', gpus: ['cuda:1'] });
  expect(reports[0]!.memoryBytes).toBeGreaterThan(5_000);
  expect(heard).toEqual(['beat', 'error']);
  expect(tidied).toBe(2);
});
