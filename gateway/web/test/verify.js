// Reads {bundle: base64, trust} as JSON, a line each, and writes the report of
// the pages' verifier, a line each. Tests hold it against the one in Go.
import { createInterface } from 'node:readline';
import { fromBase64 } from '../src/bytes.js';
import { selfTest } from '../src/sm.js';
import { verifyBundle } from '../src/verify.js';

selfTest();
for await (const line of createInterface({ input: process.stdin })) {
  const { bundle, trust } = JSON.parse(line);
  console.log(JSON.stringify(verifyBundle(fromBase64(bundle), trust)));
}
