import { backends } from './testing/jobs-under-test.ts';
import { describeOutages } from './testing/outage.cases.ts';

for (const backend of backends) describeOutages(backend);
