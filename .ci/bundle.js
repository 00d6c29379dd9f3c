// Bundles src/ and the packages that it uses into dist/. Start-up time is part of the product: `skills migrate` runs in every deploy and usually has nothing to do.
// Its path is CommonJS (in Node 20 loading ES modules takes about 5 ms at start): lean/skills-migrate.cjs is one file with all that such
// a run needs, and there is one file for each part that `import()` loads. Other commands begin with the small lean/skills.cjs; they
// are ES modules with shared chunks.
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'
import { importGlob } from './import-glob.js'

const root = path.dirname(import.meta.dirname)
const COMMANDS = readdirSync(path.join(root, 'src', 'cli', 'commands'))

const SHARED = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20.11',
  legalComments: 'none',
  minify: true,
  // for the stack of a bug (src/cli/run/readable-stack.ts); the text of the sources is not part of them
  sourcemap: 'external',
  sourcesContent: false,
  logLevel: 'warning',
  metafile: true,
}

// it has WebAssembly files
const PGLITE = '@electric-sql/pglite'

/** A part or package that lean code loads by `import()` becomes a lean file, loaded by `require`: `import()` would start the loader of ES modules. */
const dynamicPartsAreElsewhere = (parts) => ({
  name: 'dynamic-parts-are-elsewhere',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\..*\.ts$/ }, ({ path: file, kind, resolveDir }) => {
      if (kind !== 'dynamic-import') return undefined
      // only help and errors need the full parser, which shares chunks with the rest
      if (file.endsWith('/parse-and-print.ts')) return { path: '../cli/run/parse-and-print.js', external: true }
      parts.add(path.join(resolveDir, file))
      return { path: `./${path.basename(file, '.ts')}.cjs`, namespace: 'elsewhere' }
    })
    onLoad({ filter: /./, namespace: 'elsewhere' }, ({ path: file }) => ({ contents: `module.exports = require('${file}')` }))
    onResolve({ filter: /./, namespace: 'elsewhere' }, ({ path: file }) => ({ path: file, external: true }))
    onResolve({ filter: /^[a-z]/ }, ({ path: name, kind, importer }) => {
      if (kind !== 'dynamic-import' || name.startsWith('node:') || importer.includes('node_modules')) return undefined
      parts.add(name)
      return { path: `./${name}.cjs`, namespace: 'elsewhere' }
    })
  },
})

/**
 * What postgres.js loads and this package does not use: the modules of Node for sockets, the login and COPY, which are parts of src/db, for
 * files of SQL and the name of the user; an exact clock for its reconnects, replication and large objects.
 */
const withoutIdleParts = {
  name: 'without-idle-parts',
  setup({ onResolve, onLoad }) {
    const contents = {
      perf_hooks: 'export const performance = Date',
      './subscribe.js': 'export default () => ({})',
      './large.js': 'export default () => undefined',
    }
    onResolve({ filter: /^(net|tls|crypto|stream|fs|os|perf_hooks|\.\/subscribe\.js|\.\/large\.js)$/ }, ({ path: name, importer }) =>
      /node_modules.postgres.src/.test(importer) ? { path: name, namespace: 'idle-part' } : undefined,
    )
    onLoad({ filter: /./, namespace: 'idle-part' }, ({ path: name }) => ({ contents: contents[name] ?? 'export default {}' }))
  },
}

async function buildLean(files, write, built = new Set()) {
  const parts = new Set()
  const { metafile } = await build({
    ...SHARED,
    write,
    entryPoints: files.map((file) => ({ in: file, out: path.basename(file, '.ts') })),
    outdir: 'dist/lean',
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    external: [PGLITE],
    plugins: [importGlob, withoutIdleParts, dynamicPartsAreElsewhere(parts)],
    define: { 'import.meta.dirname': '__dirname', 'import.meta.filename': '__filename' },
  })
  const all = new Set([...built, ...files])
  const next = [...parts].map((part) => (path.isAbsolute(part) ? path.relative(root, part) : part)).filter((part) => !all.has(part))
  return [metafile, ...(next.length > 0 ? await buildLean(next, write, all) : [])]
}

async function buildShared(entryPoints, write) {
  const { metafile } = await build({
    ...SHARED,
    write,
    entryPoints,
    outbase: 'src',
    outdir: 'dist',
    format: 'esm',
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    external: [PGLITE],
    plugins: [importGlob, withoutIdleParts],
    // some of the bundled packages are CommonJS
    banner: { js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);" },
  })
  return metafile
}

/** Builds all bundles, and returns the metafile of each: which files are in it. With `write: false` nothing is written. */
export async function bundle({ write = true } = {}) {
  const [lean, shared] = await Promise.all([
    buildLean(['src/cli/skills.ts', 'src/cli/skills-migrate.ts'], write),
    buildShared(
      [
        'src/cli/run/parse-and-print.ts',
        ...COMMANDS.map((name) => `src/cli/commands/${name}/run.ts`),
        'src/index.ts',
        'src/registry/reading/reader-thread.ts',
      ],
      write,
    ),
  ])
  return [...lean, shared]
}
