import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { target, vendored } from './vendor.mjs';

test("the console's libraries are those of package.json", async () => {
  const wanted = await vendored();
  assert.deepEqual((await readdir(target)).filter(name => !name.endsWith('.d.ts')).sort(), [...wanted.keys()].sort());
  for (const [name, text] of wanted)
    assert.equal(await readFile(join(target, name), 'utf8'), text, `${name} is another version: npm run vendor:console`);
});
