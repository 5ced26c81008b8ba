// The worker of the check on the shopper's own phone. It begins with known
// answers: a device that gets those wrong checks nothing.
import { selfTest } from '../sm.js';

try {
  selfTest();
  postMessage({ ready: true });
} catch (e) {
  postMessage({ ready: false, why: e.message });
}
