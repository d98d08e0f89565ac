// Bundles the console, compresses it and writes it as C++, which src/console compiles into the program.
//
//   node tools/bundle.mjs FILE.cpp              fails when the packages cannot be had
//   node tools/bundle.mjs FILE.cpp --optional   leaves the console out then, says so, and tries again at the next build
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { install } from './install.mjs';

const web = join(dirname(fileURLToPath(import.meta.url)), '..');
/** What a browser loads before it shows anything, compressed with gzip. */
const kMostBytes = 60_000;

const kTypes = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

/** Name and content of each file, hashes in the names of all but index.html. */
async function bundle() {
  const { build } = await import('esbuild');
  const result = await build({
    absWorkingDir: web,
    entryPoints: ['src/console.tsx', 'src/console.css', 'src/icon.svg'],
    entryNames: '[name]-[hash]',
    outdir: 'out',
    write: false,
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['es2021'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.svg': 'copy' },
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
  });
  const files = result.outputFiles.map((file) => ({
    name: file.path.slice(file.path.lastIndexOf('/') + 1),
    content: Buffer.from(file.contents),
  }));
  const called = (end) => files.find((file) => file.name.endsWith(end)).name;
  const page = readFileSync(join(web, 'src/index.html'), 'utf8')
    .replace('{{script}}', called('.js'))
    .replace('{{style}}', called('.css'))
    .replace('{{icon}}', called('.svg'));
  return [{ name: 'index.html', content: Buffer.from(page) }, ...files];
}

const brotli = (content) =>
  brotliCompressSync(content, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
  });

function array(name, bytes) {
  const lines = [];
  for (let at = 0; at < bytes.length; at += 32) lines.push([...bytes.subarray(at, at + 32)].join(','));
  return `constexpr unsigned char ${name}[] = {\n${lines.join(',\n')}};\n`;
}

function cpp(files) {
  const arrays = [];
  const rows = files.map((file, index) => {
    const parts = { Plain: file.content, Gzip: gzipSync(file.content, { level: 9 }), Brotli: brotli(file.content) };
    for (const [kind, bytes] of Object.entries(parts)) arrays.push(array(`k${kind}${index}`, bytes));
    const tag = createHash('sha256').update(file.content).digest('hex').slice(0, 16);
    const type = kTypes[file.name.slice(file.name.lastIndexOf('.') + 1)];
    const texts = Object.keys(parts).map((kind) => `text_of(k${kind}${index})`);
    return `    {"${file.name}", "${type}", "${tag}", ${texts.join(', ')}},`;
  });
  return `// Made by web/tools/bundle.mjs.
#include "console/files.hpp"

#include <array>

namespace migrator::console {
namespace {

${arrays.join('\n')}
template <std::size_t size>
[[maybe_unused]] std::string_view text_of(const unsigned char (&bytes)[size]) {
    return {reinterpret_cast<const char*>(bytes), size};
}

const std::array<File, ${rows.length}> kFiles = {{
${rows.join('\n')}
}};

}  // namespace

std::span<const File> files() noexcept { return kFiles; }

}  // namespace migrator::console
`;
}

/** So old that the next build tries again. */
function leaveOut(target, why) {
  writeFileSync(target, cpp([]));
  utimesSync(target, 1, 1);
  console.error(`warning: built without the console: ${why}`);
}

async function main() {
  const [target, option] = process.argv.slice(2);
  if (!target) throw new Error('usage: node tools/bundle.mjs FILE.cpp [--optional]');
  mkdirSync(dirname(target), { recursive: true });
  try {
    install({ all: false });
  } catch (error) {
    if (option !== '--optional') throw error;
    leaveOut(target, error.message);
    return;
  }
  const files = await bundle();
  const sizes = files.map((file) => gzipSync(file.content, { level: 9 }).length);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total > kMostBytes) {
    throw new Error(`the console has ${total} bytes after gzip, and may have ${kMostBytes}`);
  }
  writeFileSync(target, cpp(files));
  const small = files.reduce((sum, file) => sum + brotli(file.content).length, 0);
  console.log(`console: ${files.length} files, ${total} bytes with gzip, ${small} with brotli`);
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
