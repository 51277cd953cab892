import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { target } from './vendor.mjs';
import { parseCatalog } from '../../src/Commerce.Functions/Console/web/app/csv.js';
import en from '../../src/Commerce.Functions/Console/web/text/en.js';
import ko from '../../src/Commerce.Functions/Console/web/text/ko.js';

const web = join(target, '..');
const names = text => [...text.matchAll(/\{(\w+)\}/g)].map(match => match[1]).sort();

test('both languages have the same texts, with the same values in them', () => {
  assert.deepEqual(Object.keys(ko).sort(), Object.keys(en).sort());
  // A detail in English may be left out of a text in Korean.
  for (const [key, text] of Object.entries(en))
    assert.deepEqual(names(ko[key]).filter(name => name !== 'detail'), names(text).filter(name => name !== 'detail'), key);
});

test('every text that a view asks for is there', async () => {
  for (const folder of ['app', 'views']) {
    for (const file of await readdir(join(web, folder))) {
      const source = await readFile(join(web, folder, file), 'utf8');
      for (const [, key] of source.matchAll(/\bt\('([^']+)'/g)) assert.ok(key in en, `${file}: ${key}`);
    }
  }
});

test('a catalog is read as it was written', () => {
  assert.deepEqual(parseCatalog('\uFEFFproductId,name,price,stock\r\n1,"A ""big"", red box",100,5\n'),
    [{ productId: '1', name: 'A "big", red box', price: '100', stock: '5' }]);
  assert.equal(parseCatalog('id,name\n1,x\n'), null);
});
