import { systemClock } from '@tessera/base';
import { createLogger } from '@tessera/telemetry';
import { createModelProcess } from './model-process.ts';
import { packedChannel } from './packed-channel.ts';
import { bytesOf, type HostMessage, type ModelMessage } from './protocol.ts';

// The entry of a model process: wires the IPC channel to createModelProcess; nothing else.

const log = createLogger({
  name: 'model',
  level: (process.env.LOG_LEVEL as 'info' | undefined) ?? 'info',
  format: process.env.LOG_FORMAT === 'json' ? 'json' : 'pretty',
});

const model = createModelProcess({
  clock: systemClock,
  log,
  rssBytes: () => process.memoryUsage.rss(),
  // Resolves when the bytes are in the pipe: what was said before a crash has then been heard.
  say: packedChannel<ModelMessage>((pack, sent) => {
    if (process.send) process.send(pack, sent);
    else sent();
  }, bytesOf),
});

process.on('message', (pack) => {
  for (const message of pack as readonly HostMessage[]) model.hear(message);
});
// The host is gone. A run of onnxruntime cannot be interrupted and would abort on a tidy exit, hence SIGKILL.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
// Ctrl-C reaches the whole process group; the host decides when this process ends.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
