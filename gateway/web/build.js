// Bundles every file of src/pages into built/, a script of the same name that
// pages load; what they import goes into them. `make pages` runs it.
import { build } from 'esbuild';
import { readdirSync, rmSync } from 'node:fs';

const pages = readdirSync('src/pages').filter((f) => f.endsWith('.js'));
for (const f of readdirSync('built')) {
  if (f.endsWith('.js')) rmSync('built/' + f);
}
await build({
  entryPoints: pages.map((f) => 'src/pages/' + f),
  outdir: 'built',
  bundle: true,
  minify: true,
  format: 'iife', // no module scripts: a worker of such needs newer phones
  target: ['es2020', 'chrome90', 'safari14', 'firefox90'],
  legalComments: 'eof', // the licences of what goes in
  logLevel: 'warning',
});
