// Compares the survivors of a mutation report with those that are accepted: check.mjs <mutation-report.json> <accepted-survivors.json>
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/**
 * The mutants of a report that no test noticed. They are told by what they change and not by their line, which moves.
 * @param {any} report
 */
export const survivorsOf = report => mutantsOf(report, 'Survived', 'NoCoverage');

/**
 * @param {any} report
 * @param {string[]} statuses
 */
export function mutantsOf(report, ...statuses) {
  const found = [];
  for (const [path, { source, mutants }] of Object.entries(report.files)) {
    const lines = source.split(/\r?\n/);
    for (const { status, location, replacement } of mutants)
      if (statuses.includes(status))
        found.push({ file: path.split(/[\\/]/).pop(), original: textAt(lines, location), replacement: flat(replacement) });
  }
  return found;
}

function textAt(lines, { start, end }) {
  const cut = lines.slice(start.line - 1, end.line);
  cut[cut.length - 1] = cut[cut.length - 1].slice(0, end.column - 1);
  cut[0] = cut[0].slice(start.column - 1);
  return flat(cut.join(' '));
}

/** A text as it is compared: line breaks and indentation are no difference. */
export const flat = text => text.replace(/\s+/g, ' ').trim();
const keyOf = ({ file, original, replacement }) => [file, original, replacement].join('\n');

/**
 * What stands in one list only; a mutant that stands twice in the code has to stand twice among the accepted. One that was accepted and
 * whose tests took too long this time is not gone: on a quieter machine it survives.
 * @param {any[]} survivors
 * @param {any[]} accepted
 * @param {any[]} timedOut
 */
export function compare(survivors, accepted, timedOut = []) {
  const left = accepted.slice();
  const isUnknown = one => {
    const at = left.findIndex(other => keyOf(other) === keyOf(one));
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  };
  const unknown = survivors.filter(isUnknown);
  timedOut.forEach(isUnknown);
  return { unknown, gone: left, unexplained: accepted.filter(one => !one.reason?.trim()) };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [report, accepted] = process.argv.slice(2).map(path => JSON.parse(readFileSync(path, 'utf8')));
  const { unknown, gone, unexplained } = compare(survivorsOf(report), accepted, mutantsOf(report, 'Timeout'));
  // No failure: what was made before a mutant is switched on is noticed in a run whose test process was started anew, and in no other.
  for (const one of gone) console.log(`Did not survive this time: ${JSON.stringify(one)}`);
  for (const one of unexplained) console.log(`Accepted without a reason: ${JSON.stringify(one)}`);
  for (const one of unknown) console.log(`Survives and is not accepted: ${JSON.stringify({ ...one, reason: '' })}`);
  console.log(`${unknown.length} not accepted, ${gone.length} gone, ${unexplained.length} without a reason.`);
  process.exitCode = unknown.length + unexplained.length > 0 ? 1 : 0;
}
