// The checks of a bundle, in the order of proof/verify.go and with the same
// words: both must come to the same report.
import { idOf, parseBundle } from './bundle.js';
import { fromBase64, fromHex } from './bytes.js';
import { Failure, fails } from './failure.js';
import { readFacts } from './facts.js';
import { Keys } from './keys.js';
import { cosignedBy, parseNote, signedBy } from './note.js';
import { Path } from './path.js';
import { isKey, keyId } from './sm.js';
import { included, leafHash } from './tree.js';

/**
 * verifyBundle checks the bytes of a bundle with what the reader trusts.
 * step(done, total) is told of every proof and signature that was checked.
 */
export function verifyBundle(raw, trust, step = () => {}) {
  const v = new Verification(trust, step);
  v.do('form', () => v.form(raw));
  v.do('checkpoint', () => v.checkpoint());
  v.do('witnesses', () => v.witnesses());
  v.do('inclusion', () => v.inclusion());
  v.do('registry', () => v.registry());
  v.do('signatures', () => v.signatures());
  v.do('anchor', () => v.anchor());
  v.do('path', () => ({ numbers: v.path.connect(v.bundle.subject) }));
  v.do('coverage', () => v.path.cover(v.bundle.coverage, v.bundle.subject));
  v.do('marks', () => v.path.marks());
  v.leave('mixture', 'ledger_computes');
  v.leave('block', 'needs_ledger');
  v.leave('time', 'needs_ledger');
  v.leave('judgement', 'ledger_judges');
  v.leave('later', 'cannot_be_proved');
  v.leave('truth', 'cannot_be_proved');
  return { subject: v.bundle ? v.bundle.subject : { lot: '' }, holds: !v.failed, checks: v.checks };
}

class Verification {
  constructor(trust, step) {
    Object.assign(this, { trust, checks: [], failed: false, done: 0, total: 0 });
    this.step = () => step(++this.done, this.total);
  }

  do(check, run) {
    if (this.failed) {
      this.checks.push({ check, outcome: 'not_checked', why: 'earlier_failure' });
      return;
    }
    try {
      this.checks.push({ check, outcome: 'holds', ...run() });
    } catch (e) {
      this.failed = true;
      this.checks.push({ check, outcome: 'fails', why: e instanceof Failure ? e.why : 'internal', at: e instanceof Failure ? e.at : e.message });
    }
  }

  leave(check, why) {
    const c = { check, outcome: 'not_checked', why };
    if (check === 'block' && this.failed) {
      c.why = 'earlier_failure';
    } else if (check === 'block') {
      c.numbers = { block: this.bundle.anchor.block };
      c.names = [this.bundle.anchor.tx];
    }
    this.checks.push(c);
  }

  form(raw) {
    try {
      this.bundle = parseBundle(raw);
    } catch (e) {
      fails('malformed', e.message);
    }
    const { records, registry } = this.bundle;
    for (const e of [...records, ...registry]) {
      this.total += 1 + e.envelope.signatures.length;
    }
    return { numbers: { records: records.length, registry: registry.length } };
  }

  checkpoint() {
    try {
      this.note = parseNote(this.bundle.checkpoint);
    } catch {
      fails('malformed', 'checkpoint');
    }
    this.log = this.trust.logs.find((l) => l.origin === this.note.origin);
    if (!this.log) fails('unknown_log', 'checkpoint');
    if (!isKey(this.log.key) || !signedBy(this.note, this.log.key)) fails('bad_signature', 'checkpoint');
    if (this.note.size > BigInt(Number.MAX_SAFE_INTEGER)) fails('malformed', 'checkpoint');
    return { numbers: { size: Number(this.note.size) }, names: [this.note.origin] };
  }

  witnesses() {
    const trusted = new Map((this.trust.witnesses || []).map((w) => [w.name, w.key]));
    const names = [];
    let newest = 0;
    let strangers = 0;
    let own = 0;
    for (const l of this.note.lines) {
      if (l.name === this.note.origin) own++;
      else if (!trusted.has(l.name)) strangers++;
      else if (names.includes(l.name)) fails('twice', 'checkpoint');
      else {
        const at = cosignedBy(this.note, l.name, trusted.get(l.name));
        if (at === null) fails('bad_signature', 'checkpoint');
        newest = Math.max(newest, at);
        names.push(l.name);
      }
    }
    if (own !== 1) fails('twice', 'checkpoint');
    const needed = this.trust.witnessesNeeded || 0;
    if (names.length < needed) fails('too_few_witnesses', 'checkpoint');
    const numbers = { cosigned: names.length, needed, strangers };
    if (!names.length) return { outcome: 'not_checked', why: 'no_witness_trusted', numbers };
    return { numbers: { ...numbers, newest }, names };
  }

  inclusion() {
    let records = 0;
    for (const name of ['records', 'registry']) {
      this.bundle[name].forEach((e, i) => {
        const at = `${name}/${i}`;
        const id = idOf(e.envelope);
        if (!included(e.index, this.note.size, leafHash(fromHex(id)), e.path, this.note.root)) fails('not_in_log', at);
        this.step();
        records++;
      });
    }
    return { numbers: { records } };
  }

  registry() {
    this.keys = new Keys(this.trust, this.bundle.registry, this.step);
    return { numbers: { keys: this.keys.key.size, enterprises: this.keys.org.size, revoked: this.keys.revoked.size } };
  }

  // issued reads a record when its signatures hold, and wants its issuer's
  // among them.
  issued(e, at) {
    const who = this.keys.signed(e, at);
    let f;
    try {
      f = readFacts(e);
    } catch {
      fails('malformed', at);
    }
    this.keys.issued(f, who, at);
    return { f, who };
  }

  signatures() {
    this.path = new Path();
    this.bundle.records.forEach((e, i) => this.path.add(this.issued(e, `records/${i}`).f));
    const all = this.path.facts;
    const signatures = all.reduce((n, f) => n + f.signers.length, 0);
    return { numbers: { records: all.length, signatures, issuers: new Set(all.map((f) => f.issuer)).size } };
  }

  anchor() {
    const { f, who } = this.issued({ envelope: this.bundle.anchor.envelope, index: Number(this.note.size) }, 'anchor');
    if (f.kind !== 'checkpoint') fails('malformed', 'anchor');
    let note;
    try {
      note = parseNote(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(fromBase64(f.note)));
    } catch {
      fails('another_checkpoint', 'anchor');
    }
    if (note.body !== this.note.body) fails('another_checkpoint', 'anchor');
    if (!note.origin.startsWith(f.issuer + '/') || !this.keys.byPresent(f, who)) fails('not_by_owner', 'anchor');
    if (f.keyId !== keyId(this.log.key)) fails('another_key', 'anchor');
    const i = this.keys.unneeded([f, ...this.path.facts]);
    if (i >= 0) fails('unneeded', `registry/${i}`);
    return {};
  }
}
