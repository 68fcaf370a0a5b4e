import type { SentenceStep } from './steps.ts';

/** Refuses layers that do not fit behind one another, before a request finds out. */
export function checkWidths(steps: readonly SentenceStep[], refuse: (reason: string) => never): void {
  let width: number | null = null;
  for (const step of steps) {
    if (step.kind === 'dense') {
      const [out, into] = step.weight.shape as [number, number];
      expect('Dense', into, width, refuse);
      if (step.bias !== null) expect('Dense bias', step.bias.shape[0]!, out, refuse);
      if (step.residual === 'input') expect('Dense residual', into, out, refuse);
      width = out;
    } else if (step.kind === 'layer-norm') {
      expect('LayerNorm', step.weight.shape[0]!, width, refuse);
      width = step.weight.shape[0]!;
    } else if (step.kind === 'pooling' && step.width !== null) width = step.width * step.modes.length;
  }
}

function expect(what: string, takes: number, comes: number | null, refuse: (reason: string) => never): void {
  if (comes !== null && takes !== comes)
    refuse(`modules.json has a ${what} module for ${takes} values where ${comes} come`);
}
