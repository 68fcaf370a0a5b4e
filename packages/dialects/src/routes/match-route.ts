import type { Dialect, Method, Routes } from './route.ts';

/** What a path asks for: which route answers which method, and what the path says. */
export interface Match<Name extends string> {
  /** Names of routes by method. */
  readonly routes: ReadonlyMap<Method, Name>;
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * Reads a path below the dialect's own; `query` is asked for only where it may complete the path. Null for
 * what is no route. Throws URIError for a stray "%".
 */
export type MatchRoute<Name extends string> = (
  path: string,
  query: () => Readonly<Record<string, unknown>>,
) => Match<Name> | null;

/**
 * A path of a fixed number of parts; a parameter's part has its name, and a second part that belongs to the
 * same has it too.
 */
interface Pattern<Name extends string> {
  readonly parts: readonly (
    | { readonly literal: string }
    | { readonly name: string; readonly test: ((part: string) => boolean) | null }
  )[];
  readonly routes: Map<Method, Name>;
}

/**
 * Makes the matcher of a dialect's routes. Escaped slashes part a path as plain ones do, and empty parts are
 * left out. Words win over parameters, from left to right. Patterns are looked up by their length and first
 * word, because this runs for every poll.
 */
export function matchRoutes<R extends Routes>(dialect: Dialect<R>): MatchRoute<keyof R & string> {
  type Name = keyof R & string;
  const patterns = new Map<string, Pattern<Name>>();
  for (const name of Object.keys(dialect.routes) as Name[]) {
    const { path, otherPaths = [], oldPaths = [], methods } = dialect.routes[name]!;
    for (const written of [path, ...otherPaths, ...oldPaths])
      for (const parts of spellings(written, dialect)) {
        const key = parts.map((part) => ('literal' in part ? part.literal : `{${part.name}}`)).join('/');
        const pattern = patterns.get(key) ?? { parts, routes: new Map<Method, Name>() };
        patterns.set(key, pattern);
        for (const method of methods) pattern.routes.set(method, name);
      }
  }
  const byShape = new Map<string, Pattern<Name>[]>();
  for (const pattern of [...patterns.values()].sort(wordsFirst)) {
    const [first] = pattern.parts;
    const shape = shapeOf(pattern.parts.length, first && 'literal' in first ? first.literal : null);
    byShape.set(shape, [...(byShape.get(shape) ?? []), pattern]);
  }
  const ownerQueries = Object.entries(dialect.parameters).flatMap(([name, { owner }]) =>
    owner?.inQuery ? [{ name, query: owner.name }] : [],
  );
  return (path, query) => {
    const parts = partsOf(path);
    const found =
      find(byShape.get(shapeOf(parts.length, parts[0] ?? null)), parts) ??
      find(byShape.get(shapeOf(parts.length, null)), parts);
    if (!found) return null;
    const { routes, parameters } = found;
    for (const { name, query: ownerName } of ownerQueries) {
      const value = parameters[name];
      if (value === undefined || value.includes('/')) continue;
      const owner = query()[ownerName];
      if (typeof owner === 'string' && owner !== '') parameters[name] = `${owner}/${value}`;
    }
    return { routes, parameters };
  };
}

const shapeOf = (length: number, word: string | null): string =>
  word === null ? String(length) : `${length} ${word}`;

function partsOf(path: string): string[] {
  const parts = path.split('/');
  if (!path.includes('%')) return parts.filter((part) => part !== '');
  return parts.flatMap((part) => decodeURIComponent(part).split('/')).filter((part) => part !== '');
}

function find<Name extends string>(
  patterns: readonly Pattern<Name>[] | undefined,
  parts: readonly string[],
): { readonly routes: Pattern<Name>['routes']; readonly parameters: Record<string, string> } | null {
  for (const pattern of patterns ?? []) {
    if (!fits(pattern, parts)) continue;
    const parameters: Record<string, string> = {};
    for (const [i, part] of pattern.parts.entries())
      if ('name' in part) {
        const before = parameters[part.name];
        parameters[part.name] = before === undefined ? parts[i]! : `${before}/${parts[i]}`;
      }
    return { routes: pattern.routes, parameters };
  }
  return null;
}

function fits(pattern: Pattern<string>, parts: readonly string[]): boolean {
  for (let i = 0; i < parts.length; i++) {
    const part = pattern.parts[i]!;
    if ('literal' in part ? part.literal !== parts[i] : part.test !== null && !part.test(parts[i]!))
      return false;
  }
  return true;
}

/** A written path with each parameter as one part, and as two where it may have an owner. */
function spellings(
  written: string,
  { parameters, reserved }: Pick<Dialect, 'parameters' | 'reserved'>,
): Pattern<string>['parts'][] {
  let found: Pattern<string>['parts'][] = [[]];
  for (const [place, word] of written.slice(1).split('/').entries()) {
    const name = /^\{(\w+)\}$/.exec(word)?.[1];
    if (name === undefined) {
      found = found.map((parts) => [...parts, { literal: word }]);
      continue;
    }
    const parameter = parameters[name];
    if (!parameter) throw new Error(`the path ${written} has a parameter that its dialect does not describe`);
    const { test, values, owner } = parameter;
    const allowed = (part: string): boolean =>
      (test?.(part) ?? true) &&
      (values?.includes(part) ?? true) &&
      !(place === 0 && reserved?.has(part) === true);
    const one = { name, test: test || values || (place === 0 && reserved) ? allowed : null };
    found = found.flatMap((parts) => [
      [...parts, one],
      ...(owner === undefined ? [] : [[...parts, one, { name, test: null }]]),
    ]);
  }
  return found;
}

/** Sorts so that, at the first place where two patterns differ, the one with a word comes first. */
function wordsFirst(a: Pattern<string>, b: Pattern<string>): number {
  for (const [i, part] of a.parts.entries()) {
    const other = b.parts[i];
    if (!other) break;
    const difference = Number('name' in part) - Number('name' in other);
    if (difference !== 0) return difference;
  }
  return 0;
}
