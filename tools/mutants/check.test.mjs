import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { compare, flat, survivorsOf } from './check.mjs';

const mutant = (status, line, from, to, replacement) =>
  ({ status, replacement, location: { start: { line, column: from }, end: { line, column: to } } });

const report = {
  files: {
    '/any/where/src/Stock.cs': {
      source: 'if (left < 0)\n    return left;\n',
      mutants: [
        mutant('Survived', 1, 5, 13, 'left <= 0'),
        mutant('NoCoverage', 2, 5, 17, 'return  0;'),
        mutant('Killed', 1, 5, 13, 'left > 0'),
        mutant('Ignored', 1, 5, 13, 'true'),
      ],
    },
  },
};
const survivors = [
  { file: 'Stock.cs', original: 'left < 0', replacement: 'left <= 0' },
  { file: 'Stock.cs', original: 'return left;', replacement: 'return 0;' },
];

test('who survives is told by what the mutation changes, whether a test reached it or not', () => {
  assert.deepEqual(survivorsOf(report), survivors);
});

test('who is accepted with a reason is no finding', () => {
  const accepted = survivors.map(one => ({ ...one, reason: 'Never below zero here.' }));
  assert.deepEqual(compare(survivors, accepted), { unknown: [], gone: [], unexplained: [] });
});

test('a new survivor, one that is gone and one without a reason are findings', () => {
  const gone = { file: 'Cart.cs', original: 'a', replacement: 'b', reason: ' ' };
  assert.deepEqual(compare(survivors, [{ ...survivors[0], reason: 'Equal.' }, gone]), { unknown: [survivors[1]], gone: [gone], unexplained: [gone] });
});

test('who is accepted and took too long this time is not gone', () => {
  const accepted = survivors.map(one => ({ ...one, reason: 'Equal.' }));
  assert.deepEqual(compare([survivors[0]], accepted, [survivors[1]]), { unknown: [], gone: [], unexplained: [] });
});

test('the same mutation at two places has to be accepted twice', () => {
  const twice = [survivors[0], survivors[0]];
  assert.deepEqual(compare(twice, [{ ...survivors[0], reason: 'Equal.' }]).unknown, [survivors[0]]);
});

// A run of the mutants would find it, too, but only after an hour.
for (const part of ['Shared', 'Functions'])
  test(`what is accepted of ${part} stands in the code, as often as it is accepted, and with a reason`, () => {
    const root = fileURLToPath(new URL('../../', import.meta.url));
    const code = join(root, 'src', `Commerce.${part}`);
    const paths = readdirSync(code, { recursive: true, encoding: 'utf8' });
    const accepted = JSON.parse(readFileSync(join(root, 'tests', `Commerce.${part}.Tests`, 'accepted-survivors.json'), 'utf8'));
    const times = new Map();
    for (const { file, original, replacement, reason } of accepted) {
      const mutation = JSON.stringify({ file, original, replacement });
      const sources = paths.filter(path => basename(path) === file).map(path => flat(readFileSync(join(code, path), 'utf8')));
      times.set(mutation, (times.get(mutation) ?? 0) + 1);
      assert.equal(sources.length, 1, `${file}: ${sources.length} files of this name`);
      assert.ok(sources[0].split(original).length > times.get(mutation), `Does not stand in the code so often: ${mutation}`);
      assert.ok(reason?.trim(), `Without a reason: ${mutation}`);
    }
  });
