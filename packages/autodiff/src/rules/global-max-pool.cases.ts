import { apart, casesOf } from '../testing/operator-case.ts';

export const operators = [casesOf('GlobalMaxPool', [{ name: 'an image', inputs: [apart([2, 2, 3, 2])] }])];
