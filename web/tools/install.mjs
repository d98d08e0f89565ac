// Installs what package-lock.json names into node_modules, unless it is there already.
//
//   node tools/install.mjs          what the bundle needs
//   node tools/install.mjs --all    also what checks and tests it
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const web = join(dirname(fileURLToPath(import.meta.url)), '..');
const mark = join(web, 'node_modules', '.installed');

/** Throws an Error that says what to do when the packages cannot be installed. */
export function install({ all }) {
  const hash = createHash('sha256').update(readFileSync(join(web, 'package-lock.json'))).digest('hex');
  const there = existsSync(mark) ? readFileSync(mark, 'utf8') : '';
  if (there === `all ${hash}` || (!all && there === `bundle ${hash}`)) return;
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--fetch-retries=1', '--fetch-timeout=60000'];
  if (!all) options.push('--omit=dev');
  try {
    execFileSync('npm', ['ci', ...options], { cwd: web, stdio: ['ignore', 'ignore', 'inherit'] });
  } catch (error) {
    throw new Error(
      `npm ci failed in ${web} (${error.message}). The console needs the packages of package-lock.json; ` +
        'check the network or the registry that npm is configured with, or build without the console: cmake -DCONSOLE=OFF',
    );
  }
  writeFileSync(mark, `${all ? 'all' : 'bundle'} ${hash}`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    install({ all: process.argv.includes('--all') });
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
