// How the records of a bundle hang together. proof/verify_path.go is the same.
import { fails } from './failure.js';
import { most } from './ways.js';

// The types of records that warn, the gravest first.
const warnings = Object.assign(Object.create(null), { recall: 'recalled', void: 'taken_back', hold: 'on_hold', correct: 'corrected' });

export class Path {
  constructor() {
    Object.assign(this, { facts: [], maker: new Map(), fills: new Map(), lots: new Set(), bins: new Map(), open: new Set(), reached: [] });
  }

  add(f) {
    const i = this.facts.push(f) - 1;
    if (f.fills) this.fills.set(f.bin, [...(this.fills.get(f.bin) || []), i]);
    for (const m of f.makes) if (!this.maker.has(m.lot)) this.maker.set(m.lot, i);
  }

  /** made is what the making record says of a lot. */
  made(lot) {
    return this.facts[this.maker.get(lot)].makes.find((m) => m.lot === lot);
  }

  /** connect walks from the subject up to the harvests and wants every record to be met. */
  connect(s) {
    if (!this.maker.has(s.lot)) fails('no_maker', 'subject/lot');
    const m = this.made(s.lot);
    if (m.gtin !== (s.gtin || '') || m.batch !== (s.batch || '')) fails('another_batch', 'subject');
    this.reach(s.lot, this.facts[this.maker.get(s.lot)].index + 1);
    this.reachAbout();
    for (let i = 0; i < this.facts.length; i++) if (!this.reached[i]) fails('unconnected', `records/${i}`);
    const numbers = { lots: this.lots.size, bins: this.bins.size, open: this.open.size };
    const harvests = this.facts.filter((f) => f.kind === 'harvest').length;
    if (harvests) numbers.harvests = harvests;
    return numbers;
  }

  // reach follows a lot to what it was made of. It was drawn from at a place
  // in the log, and must have been made before.
  reach(lot, drawn) {
    const i = this.maker.get(lot);
    if (i === undefined) {
      this.open.add(lot);
      return;
    }
    const f = this.facts[i];
    if (f.index >= drawn) fails('order', `records/${i}`);
    if (this.lots.has(lot)) return;
    this.lots.add(lot);
    this.reached[i] = true;
    for (const parent of f.from) this.reach(parent, f.index);
    if (f.bin === '' || (this.bins.get(f.bin) || 0) >= f.index + 1) return;
    this.bins.set(f.bin, f.index + 1);
    for (const j of this.fills.get(f.bin) || []) {
      const store = this.facts[j];
      if (store.index < f.index && !this.reached[j]) {
        this.reached[j] = true;
        this.reach(store.from[0], store.index);
      }
    }
  }

  // reachAbout meets the records that make nothing: they are about the lots,
  // bins and records that they name.
  reachAbout() {
    const ids = new Set(this.facts.filter((_, i) => this.reached[i]).map((f) => f.id));
    for (let again = true; again;) {
      again = false;
      this.facts.forEach((f, i) => {
        if (!this.reached[i] && f.named.some((s) => this.lots.has(s) || this.open.has(s) || this.bins.has(s) || ids.has(s))) {
          this.reached[i] = again = true;
          ids.add(f.id);
        }
      });
    }
  }

  /** marks warns of recalls, holds and records taken back that no record here releases. */
  marks() {
    const numbers = {};
    for (const f of this.facts) {
      const released = (r) => r.kind === 'release' && r.index > f.index && r.named.includes(f.id);
      if (f.kind in warnings && !this.facts.some(released)) numbers[f.kind] = (numbers[f.kind] || 0) + 1;
    }
    const gravest = Object.keys(warnings).find((kind) => numbers[kind]);
    return gravest ? { outcome: 'warns', why: warnings[gravest], numbers } : { numbers };
  }

  /** cover wants the sums and counts to be those of the records; through a bin the shares are the gateway's word. */
  cover(cov, subject) {
    if (cov.grams !== this.made(subject.lot).grams) fails('another_weight', 'coverage/grams');
    let sum = 0n;
    const seen = new Set();
    cov.origins.forEach((o, i) => {
      const at = `coverage/origins/${i}`;
      const made = this.maker.get(o.lot);
      if (made === undefined || seen.has(o.lot) || this.facts[made].kind !== 'harvest') fails('no_harvest', at);
      if (o.grams > this.made(o.lot).grams + 1) fails('more_than_harvested', at);
      if (BigInt(o.grams) - 1n > most(this, o.lot, subject.lot)) fails('more_than_came', at);
      if (i > 0 && cov.origins[i - 1].grams < o.grams) fails('order', at);
      seen.add(o.lot);
      sum += BigInt(o.grams);
    });
    this.facts.forEach((f, i) => {
      if (f.kind === 'harvest' && !seen.has(f.lot)) fails('harvest_not_listed', `records/${i}`);
    });
    const points = (BigInt(cov.covered) * 10000n) / BigInt(cov.grams || 1);
    if (sum !== BigInt(cov.covered) || cov.covered > cov.grams) fails('wrong_sum', 'coverage/covered');
    if (BigInt(cov.basisPoints) !== points) fails('wrong_sum', 'coverage/basisPoints');
    if (cov.originsTotal !== cov.origins.length + cov.originsLeftOut) fails('wrong_sum', 'coverage/originsTotal');
    if (cov.recordsTotal !== this.facts.length + cov.recordsLeftOut) fails('wrong_sum', 'coverage/recordsTotal');
    if (this.open.size && cov.covered >= cov.grams) fails('nothing_missing', 'coverage/covered');
    if (this.open.size && cov.recordsLeftOut === 0) fails('nothing_missing', 'coverage/recordsLeftOut');
    const numbers = {
      grams: cov.grams, covered: cov.covered, basisPoints: cov.basisPoints,
      origins: cov.origins.length, originsLeftOut: cov.originsLeftOut, recordsLeftOut: cov.recordsLeftOut,
    };
    return this.bins.size ? { outcome: 'not_checked', why: 'gateway_computes', numbers } : { numbers };
  }
}
