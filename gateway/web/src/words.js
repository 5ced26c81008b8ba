// What a report says to people: the words of proof/words.json, which the
// command line says too.
import words from '../../../proof/words.json';

/** title names a check. */
export function title(check, language) {
  return words[language][check.check];
}

/** outcome is the outcome of a check in a word. */
export function outcome(check, language) {
  return words[language]['outcome.' + check.outcome];
}

/** percent writes basis points. */
export function percent(points) {
  return `${Math.floor(points / 100)}.${String(points % 100).padStart(2, '0')} %`;
}

/** say tells what came of a check. */
export function say(check, language) {
  const w = words[language];
  const text = check.outcome === 'holds' ? w[check.check + '.holds'] : w[`why.${check.why}.${check.check}`] || w['why.' + check.why];
  const values = { at: check.at || '', names: (check.names || []).join(', ') };
  for (const [name, n] of Object.entries(check.numbers || {})) {
    if (name === 'basisPoints') values.percent = percent(n);
    else if (name === 'newest') values.newest = new Date(n * 1000).toISOString().slice(0, 16).replace('T', ' ') + ' UTC';
    else values[name] = String(n);
  }
  return text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}
