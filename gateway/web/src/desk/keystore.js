// Keys that an enterprise keeps in this browser: in IndexedDB, encrypted with
// AES-GCM under a key made of its passphrase by PBKDF2. Who gets the browser's
// files has to guess the passphrase; who runs script in this page while a key
// is unlocked has the key.
import { text } from '../bytes.js';

const rounds = 600000; // of PBKDF2 with SHA-256, about half a second

/** available tells whether this browser can keep keys: only over HTTPS or on this machine. */
export function available() {
  return !!(globalThis.isSecureContext && globalThis.crypto && crypto.subtle && globalThis.indexedDB);
}

function open() {
  return new Promise((resolve, reject) => {
    const r = indexedDB.open('grainledger-desk', 1);
    r.onupgradeneeded = () => r.result.createObjectStore('keys', { keyPath: 'id' });
    r.onsuccess = () => resolve(r.result);
    r.onerror = () => reject(r.error);
  });
}

async function withStore(mode, use) {
  const db = await open();
  try {
    return await new Promise((resolve, reject) => {
      const tx = db.transaction('keys', mode);
      const request = use(tx.objectStore('keys'));
      tx.oncomplete = () => resolve(request.result);
      tx.onerror = tx.onabort = () => reject(tx.error);
    });
  } finally {
    db.close();
  }
}

/** list is the kept keys, still locked. */
export function list() {
  return withStore('readonly', (s) => s.getAll());
}

/** remove forgets a key. */
export function remove(id) {
  return withStore('readwrite', (s) => s.delete(id));
}

async function wrapping(passphrase, salt, iterations) {
  const base = await crypto.subtle.importKey('raw', text(passphrase), 'PBKDF2', false, ['deriveKey']);
  return crypto.subtle.deriveKey({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations }, base,
    { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

/** keep stores a key { id, point, d } and its sealing key under a passphrase. */
export async function keep(key, seal, passphrase, label) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const box = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: text(key.id) },
    await wrapping(passphrase, salt, rounds), text(JSON.stringify({ d: key.d, seal: seal || '' })));
  await withStore('readwrite', (s) => s.put({ id: key.id, point: key.point, label, salt, iv, rounds, box }));
}

/** unlock opens a kept key; it throws where the passphrase is wrong. */
export async function unlock(kept, passphrase) {
  const wrap = await wrapping(passphrase, kept.salt, kept.rounds);
  let plain;
  try {
    plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: kept.iv, additionalData: text(kept.id) }, wrap, kept.box);
  } catch {
    throw new Error('passphrase');
  }
  const { d, seal } = JSON.parse(new TextDecoder().decode(plain));
  return { id: kept.id, point: kept.point, d, seal };
}
