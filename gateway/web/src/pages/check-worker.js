// The worker of the check on the shopper's own phone. It gets bytes and gives
// a report; it talks to nobody. It begins with known answers: a device that
// gets those wrong checks nothing.
import { selfTest } from '../sm.js';
import { fingerprint, parseTrust } from '../trust.js';
import { verifyBundle } from '../verify.js';

// Reports of progress, at most so many milliseconds apart.
const pace = 80;

onmessage = ({ data }) => {
  let told = 0;
  const step = (done, total) => {
    const now = Date.now();
    if (now - told < pace) return;
    told = now;
    postMessage({ done, total });
  };
  let trust;
  try {
    selfTest();
    trust = parseTrust(data.trust);
  } catch (e) {
    postMessage({ broken: e.message });
    return;
  }
  postMessage({ report: verifyBundle(new Uint8Array(data.bundle), trust, step), fingerprint: fingerprint(trust) });
};
