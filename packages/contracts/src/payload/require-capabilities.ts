import { AppError } from '@tessera/base';
import type { Capability } from '../names.ts';

/**
 * Throws CAPABILITY_MISSING at the path `field` when a loaded model cannot give everything that a method
 * needs.
 */
export function requireCapabilities(
  needs: readonly Capability[],
  { identifier, capabilities }: { readonly identifier: string; readonly capabilities: readonly Capability[] },
  { field, hint }: { readonly field: string; readonly hint: string },
): void {
  const missing = needs.filter((need) => !capabilities.includes(need));
  if (missing.length === 0) return;
  throw new AppError('CAPABILITY_MISSING', {
    detail: { field, model: identifier, capability: missing.join(', '), hint },
  });
}
