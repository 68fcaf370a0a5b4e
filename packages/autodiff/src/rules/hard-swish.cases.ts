import { apart, casesOf } from '../testing/operator-case.ts';

export const operators = [casesOf('HardSwish', [{ name: 'all three pieces', inputs: [apart([4, 4])] }])];
