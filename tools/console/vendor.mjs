// Copies the console's libraries from node_modules into the app, with their licences. Run after a change of their versions in package.json:
//   npm ci && npm run vendor:console
// The files are as published, but for what a browser without a bundler needs: imports by path, an export, no source map.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
export const target = join(root, 'src/Commerce.Functions/Console/web/vendor');

const files = [
  { name: 'preact.js', from: 'preact/dist/preact.mjs' },
  { name: 'hooks.js', from: 'preact/hooks/dist/hooks.mjs', edit: text => text.replaceAll(/from\s*"preact"/g, 'from"./preact.js"') },
  { name: 'preact.LICENSE.txt', from: 'preact/LICENSE' },
  { name: 'htm.js', from: 'htm/dist/htm.mjs' },
  { name: 'htm.LICENSE.txt', from: 'htm/LICENSE' },
  { name: 'uplot.js', from: 'uplot/dist/uPlot.iife.min.js', edit: text => `${text.trimEnd()}\nexport default uPlot;\n` },
  { name: 'uplot.css', from: 'uplot/dist/uPlot.min.css' },
  { name: 'uplot.LICENSE.txt', from: 'uplot/LICENSE' },
];

/** What the vendored files are to be, by name. */
export async function vendored() {
  const contents = await Promise.all(files.map(async ({ name, from, edit }) => {
    const text = (await readFile(join(root, 'node_modules', from), 'utf8')).replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '\n');
    const edited = edit ? edit(text) : text;
    return [name, edited.endsWith('\n') ? edited : `${edited}\n`];
  }));
  return new Map(contents);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await mkdir(target, { recursive: true });
  for (const [name, text] of await vendored())
    await writeFile(join(target, name), text);
}
