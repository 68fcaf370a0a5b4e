import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Declaration, type ModuleExportName, type Pattern, parseSync } from '@swc/core';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const packages = readdirSync(join(root, 'packages')).filter((name) =>
  existsSync(join(root, 'packages', name, 'src/index.ts')),
);

/** Every name that a module exports, its `export *` followed; types are marked. */
function namesOf(file: string): string[] {
  const module = parseSync(readFileSync(file, 'utf8'), { syntax: 'typescript' });
  return module.body.flatMap((item): string[] => {
    if (item.type === 'ExportDeclaration') return declared(item.declaration);
    if (item.type === 'ExportAllDeclaration') {
      const names = namesOf(resolve(dirname(file), item.source.value));
      // swc's types do not say that `export type *` is told apart, its output does.
      return 'typeOnly' in item && item.typeOnly ? names.map(asType) : names;
    }
    if (item.type !== 'ExportNamedDeclaration') return [];
    return item.specifiers.flatMap((specifier) => {
      if (specifier.type === 'ExportDefaultSpecifier') return [];
      if (specifier.type === 'ExportNamespaceSpecifier') return [text(specifier.name)];
      const name = text(specifier.exported ?? specifier.orig);
      return [item.typeOnly || specifier.isTypeOnly ? asType(name) : name];
    });
  });
}

function declared(declaration: Declaration): string[] {
  if (declaration.type === 'FunctionDeclaration' || declaration.type === 'ClassDeclaration')
    return [declaration.identifier.value];
  if (declaration.type === 'VariableDeclaration')
    return declaration.declarations.flatMap(({ id }) => bound(id));
  if (declaration.type === 'TsInterfaceDeclaration' || declaration.type === 'TsTypeAliasDeclaration')
    return [asType(declaration.id.value)];
  return [];
}

function bound(pattern: Pattern): string[] {
  if (pattern.type === 'Identifier') return [pattern.value];
  if (pattern.type !== 'ObjectPattern') return [];
  return pattern.properties.flatMap((property) =>
    property.type === 'AssignmentPatternProperty' ? [property.key.value] : [],
  );
}

const text = (name: ModuleExportName): string => name.value;
const asType = (name: string): string => (name.startsWith('type ') ? name : `type ${name}`);
/** By name; where one name is a value and a type, the value comes first. */
const byName = (a: string, b: string): number => {
  const [left, right] = [a.replace('type ', ''), b.replace('type ', '')];
  return left === right ? a.length - b.length : left < right ? -1 : 1;
};

describe('what a package shows', () => {
  // A name that others may import is a promise: adding or taking one away is a change to be seen in a review.
  it.each(packages)(
    '@tessera/%s is what its list says (npx vitest run test/project -u writes it)',
    async (name) => {
      const names = [...new Set(namesOf(join(root, 'packages', name, 'src/index.ts')))].sort(byName);
      expect(names.length).toBeGreaterThan(0);
      await expect(`${names.join('\n')}\n`).toMatchFileSnapshot(`./public-names/${name}.txt`);
    },
  );
});
