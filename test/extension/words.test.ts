/** Every text that a person reads is there in each language, and says the same values. */
import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

/** The first argument of every call of `t` or `l10n.t`, of all languages the key. */
function textsIn(file: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isTranslation(node.expression)) {
      const [text] = node.arguments;
      if (text === undefined || !ts.isStringLiteralLike(text)) throw new Error(`${file}: a text that is put together: ${node.getText()}`);
      found.push(text.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true));
  return found;
}

const isTranslation = (called: ts.Expression): boolean =>
  (ts.isIdentifier(called) && called.text === 't') || (ts.isPropertyAccessExpression(called) && called.getText().endsWith('l10n.t'));

const texts = [
  ...new Set(
    readdirSync('src/extension', { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .flatMap((path) => textsIn(`src/extension/${path}`)),
  ),
].sort();
const values = (text: string): string[] => (text.match(/\{\d\}/g) ?? []).sort();
const bundles = readdirSync('l10n').filter((name) => /^bundle\.l10n\.\w+\.json$/.test(name));

test('there is a second language', () => {
  expect(texts.length).toBeGreaterThan(50);
  expect(bundles).toContain('bundle.l10n.de.json');
});

describe.each(bundles)('%s', (name) => {
  const bundle: Record<string, string> = JSON.parse(readFileSync(`l10n/${name}`, 'utf8'));

  test('has every text, and none that nobody says', () => expect(Object.keys(bundle).sort()).toEqual(texts));

  test('says the same values', () => {
    expect(Object.entries(bundle).filter(([text, said]) => values(text).join() !== values(said).join())).toEqual([]);
  });
});
