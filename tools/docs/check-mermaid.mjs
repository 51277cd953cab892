// Parses every Mermaid diagram of the Markdown files given (files or folders) with Mermaid's own parser.
// The exit code is 1 when a diagram does not parse, or when there is none: a check of nothing is no check.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { JSDOM } from 'jsdom';

// Mermaid cleans labels with DOMPurify, which wants a browser's document at import time.
const { window } = new JSDOM('');
Object.assign(globalThis, { window, document: window.document });
const { default: mermaid } = await import('mermaid');

function* markdownFiles(path) {
  if (!statSync(path).isDirectory()) {
    yield path;
    return;
  }
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.name === 'node_modules' || entry.name.startsWith('.')) continue;
    const child = join(path, entry.name);
    if (entry.isDirectory()) yield* markdownFiles(child);
    else if (entry.name.endsWith('.md')) yield child;
  }
}

let diagrams = 0;
let broken = 0;
for (const file of process.argv.slice(2).flatMap((path) => [...markdownFiles(path)])) {
  const text = readFileSync(file, 'utf8');
  for (const match of text.matchAll(/^```mermaid\n([\s\S]*?)^```$/gm)) {
    diagrams++;
    try {
      await mermaid.parse(match[1]);
    } catch (error) {
      broken++;
      const line = text.slice(0, match.index).split('\n').length;
      console.error(`${file}:${line}: ${error.message}`);
    }
  }
}
console.log(`${diagrams} Mermaid diagrams, ${broken} broken`);
process.exitCode = broken > 0 || diagrams === 0 ? 1 : 0;
