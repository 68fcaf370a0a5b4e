import express from 'express';

// The rival of the acceptance bench: Express parses a JSON body and sends two strings back, as the gateway
// does.
const app = express();
app.use(express.json({ limit: '64mb' }));
app.post('/echo', (request, response) => {
  response.json({ message: 'Queued', task_id: String((request.body as { input: unknown[] }).input.length) });
});
const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' && address ? address.port : 0);
});
