// Writes the generated documents: `npm run generate`. With --check it writes nothing, and exits 1 when one is out of date.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { apiDocs } from './generate/api-docs.js'
import { withHazardTable } from './generate/hazard-table.js'
import { outputSchema } from './generate/output-schema.js'

const root = path.dirname(import.meta.dirname)
process.chdir(root)

/** Each document: the file, and what makes its text from the source code. */
const DOCUMENTS = [
  {
    file: 'docs/output.schema.json',
    make: async () => outputSchema((await source('src/cli/command-table.ts')).COMMANDS.map(({ name }) => name)),
  },
  { file: 'docs/api.md', make: async () => apiDocs() },
  {
    file: 'docs/codes.md',
    make: async () =>
      (await source('src/explain/codes-markdown.ts')).codesMarkdown(await (await source('src/api/explain.ts')).explainCodes()),
  },
  { file: 'README.md', make: async () => betweenMarkers('README.md', (await source('src/core/privileges-tables.ts')).commandTable()) },
  {
    file: 'docs/verify.md',
    make: async () => betweenMarkers('docs/verify.md', (await source('src/core/privileges-tables.ts')).applicationTable()),
  },
  {
    file: 'docs/migrate-hazards.md',
    make: async () =>
      withHazardTable(readFileSync('docs/migrate-hazards.md', 'utf8'), (await source('src/sqltext/hazards/find-hazards.ts')).HAZARD_TYPES),
  },
]

/** The text of a file with another table between `<!-- begin privileges ... -->` and `<!-- end privileges -->`. */
function betweenMarkers(file, table) {
  const marked = /(<!-- begin privileges[^\n]*-->\n)[^]*?(<!-- end privileges -->)/
  return readFileSync(file, 'utf8').replace(marked, (_, begin, end) => `${begin}\n${table}\n\n${end}`)
}

/** Imports a module of the TypeScript source. */
async function source(file) {
  const outfile = path.join('node_modules', '.cache', 'generate', `${file.replaceAll('/', '-')}.mjs`)
  mkdirSync(path.dirname(outfile), { recursive: true })
  // the code finds the files of the package from its own place, which is two folders below the root in dist/ too
  await build({ entryPoints: [file], bundle: true, packages: 'external', platform: 'node', format: 'esm', outfile, logLevel: 'error' })
  return import(pathToFileURL(outfile).href)
}

const isCheck = process.argv.includes('--check')
const outOfDate = []
for (const { file, make } of DOCUMENTS) {
  const text = await make()
  if (readFileSync(file, { encoding: 'utf8', flag: 'a+' }) === text) continue
  outOfDate.push(file)
  if (!isCheck) writeFileSync(file, text)
}
for (const file of outOfDate) console.error(isCheck ? `${file} is out of date` : `wrote ${file}`)
if (isCheck && outOfDate.length > 0) {
  console.error('run npm run generate')
  process.exit(1)
}
