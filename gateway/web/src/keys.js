// The registry as a bundle proves it: which key is whose, from where on in the
// log and until where. Everything in it is asked for by name and verified
// when it is asked for, down to the root. proof/verify_keys.go is the same.
import { pae } from './bundle.js';
import { fromBase64 } from './bytes.js';
import { fails } from './failure.js';
import { readFacts } from './facts.js';
import { isKey, keyId, verify } from './sm.js';

/** covers tells whether a regulator of one division (GB/T 2260) acts in another. */
function covers(regulator, division) {
  let prefix = regulator;
  if (regulator === '000000') prefix = '';
  else if (regulator.endsWith('0000')) prefix = regulator.slice(0, 2);
  else if (regulator.endsWith('00')) prefix = regulator.slice(0, 4);
  return division.startsWith(prefix);
}

const enough = (set, signers) => [...signers].filter((id) => set.points.has(id)).length >= set.threshold;

export class Keys {
  constructor(trust, entries, step) {
    Object.assign(this, { trust, entries, step, facts: [], key: new Map(), org: new Map(), revoked: new Map(), roots: [], present: 0, state: [], points: new Map() });
    this.addRoot(0, trust.root.threshold, trust.root.keys);
    for (const f of trust.root.former || []) this.addRoot(0, f.threshold, f.keys);
    entries.forEach((_, i) => this.read(i));
    entries.forEach((_, i) => this.prove(i));
  }

  addRoot(from, threshold, points) {
    const set = { from, threshold, points: new Map(points.filter(isKey).map((p) => [keyId(p), p])) };
    const known = this.roots.some((r) => r.points.size === set.points.size && [...set.points.keys()].every((id) => r.points.has(id)));
    this.roots.push(set);
    // A set that the reader knows of as former stays so.
    if (from > this.roots[this.present].from && !known) this.present = this.roots.length - 1;
  }

  /** byPresent tells whether the issuer signed as it would today: the root with its present keys. */
  byPresent(f, who) {
    return who.usccs.has(f.issuer) || (f.issuer === this.trust.root.uscc && enough(this.roots[this.present], who.roots));
  }

  // read notes what a registry record is about, before any is believed.
  read(i) {
    const at = `registry/${i}`;
    let f;
    try {
      f = readFacts(this.entries[i]);
    } catch {
      fails('malformed', at);
    }
    this.facts.push(f);
    if (f.kind === 'enterprise') {
      this.org.set(f.uscc, i);
    } else if (f.kind === 'key' && f.action === 'register') {
      if (!isKey(f.publicKey)) fails('malformed', at);
      const id = keyId(f.publicKey);
      if (this.key.has(id)) fails('twice', at);
      this.key.set(id, i);
      this.points.set(id, f.publicKey);
    } else if (f.kind === 'key' && f.action === 'revoke') {
      this.revoked.set(f.keyId, i);
    } else if (!(f.kind === 'key' && f.action === 'root')) {
      fails('not_registry', at);
    }
  }

  // prove verifies a registry record: its signatures, and that its issuer may
  // say what it says.
  prove(i) {
    if (this.state[i] === 'proved') return;
    const at = `registry/${i}`;
    if (this.state[i] === 'asked') fails('circle', at);
    this.state[i] = 'asked';
    const f = this.facts[i];
    const who = this.signed(this.entries[i], at);
    if (!this.byIssuer(f, who, at)) this.mayRegister(f, at);
    if (f.kind === 'key' && f.action === 'root') this.addRoot(f.index, f.threshold, f.keys);
    this.state[i] = 'proved';
  }

  // mayRegister: the root everything, an enterprise its own keys, a regulator
  // what belongs to its division.
  mayRegister(f, at) {
    let division;
    if (f.kind === 'enterprise') division = f.division;
    else if (f.action === 'root') fails('not_the_root', at);
    else if (f.issuer === f.subject) return;
    else division = this.enterprise(f.subject, at).division;
    const regulator = this.enterprise(f.issuer, at);
    if (regulator.kindOf !== 'regulator' || !covers(regulator.division, division)) fails('no_authority', at);
  }

  /** enterprise is what a registry record says of an enterprise. */
  enterprise(uscc, at) {
    if (!this.org.has(uscc)) fails('unknown_enterprise', at);
    const i = this.org.get(uscc);
    this.prove(i);
    return this.facts[i];
  }

  /** signed verifies every signature of a record, and says whose they are. It looks at nothing that the record says. */
  signed(e, at) {
    const who = { roots: new Set(), usccs: new Set() };
    const message = pae(e.envelope);
    for (const s of e.envelope.signatures) {
      const { point, uscc } = this.signer(s.keyid, e.index, at);
      if (!verify(point, message, fromBase64(s.sig))) fails('bad_signature', at);
      this.step();
      if (uscc === '') who.roots.add(s.keyid);
      else who.usccs.add(uscc);
    }
    return who;
  }

  // byIssuer wants the issuer among the signers; it tells whether that was the root.
  byIssuer(f, who, at) {
    if (f.issuer === this.trust.root.uscc && this.enoughOf(who.roots, f.index)) return true;
    if (!who.usccs.has(f.issuer)) fails('not_signed_by_issuer', at);
    return false;
  }

  /** issued wants the issuer to have signed and to be registered. */
  issued(f, who, at) {
    if (!this.byIssuer(f, who, at)) this.enterprise(f.issuer, at);
  }

  // signer is the key of that id and whose it is; of the root no USCC.
  signer(id, index, at) {
    for (const set of this.roots) {
      if (set.points.has(id) && (set.from === 0 || set.from < index)) return { point: set.points.get(id), uscc: '' };
    }
    const i = this.key.get(id);
    if (i === undefined || this.entries[i].index >= index) fails('unknown_key', at);
    const r = this.revoked.get(id);
    if (r !== undefined && this.entries[r].index < index) fails('revoked_key', at);
    this.prove(i);
    return { point: this.points.get(id), uscc: this.facts[i].subject };
  }

  // enoughOf tells whether the signers are enough of one set of the root's keys.
  enoughOf(signers, index) {
    return this.roots.some((set) => (set.from === 0 || set.from < index) && enough(set, signers));
  }

  /** unneeded is the first registry record that no signature of these records rests upon; -1 where all are needed. */
  unneeded(records) {
    const needed = new Set();
    const need = (f) => {
      mark(this.org.get(f.issuer));
      for (const id of f.signers) {
        mark(this.key.get(id));
        mark(this.revoked.get(id));
      }
      if (f.kind === 'key') mark(this.org.get(f.subject));
    };
    const mark = (i) => {
      if (i === undefined || needed.has(i)) return;
      needed.add(i);
      need(this.facts[i]);
    };
    records.forEach(need);
    return this.facts.findIndex((f, i) => !needed.has(i) && f.action !== 'root');
  }
}
