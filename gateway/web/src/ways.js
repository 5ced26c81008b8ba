// The share that one origin can have in the lots of a path.
// proof/verify_ways.go is the same.

const whole = 1n << 80n;

const quoUp = (n, by) => (n + by - 1n) / by;

/** most is the most grams (BigInt) that the origin can have in a lot, rounded up. */
export function most(path, origin, lot) {
  const shares = new Map();
  const share = (of) => {
    if (!shares.has(of)) {
      const i = path.maker.get(of);
      const s = i === undefined ? 0n : shareOf(path.facts[i]);
      shares.set(of, of === origin ? whole : s);
    }
    return shares.get(of);
  };
  const shareOf = (f) => {
    if (f.kind === 'merge' || f.kind === 'process') {
      let sum = 0n;
      let grams = 0n;
      for (const m of f.inputs) {
        grams += BigInt(m.grams);
        sum += BigInt(m.grams) * share(m.lot);
      }
      return grams <= 0n ? 0n : quoUp(sum, grams);
    }
    if (f.bin !== '') {
      const reaches = (j) => path.facts[j].index < f.index && share(path.facts[j].from[0]) > 0n;
      return (path.fills.get(f.bin) || []).some(reaches) ? whole : 0n;
    }
    return f.from.length ? share(f.from[0]) : 0n;
  };
  return quoUp(BigInt(path.made(lot).grams) * share(lot), whole);
}
