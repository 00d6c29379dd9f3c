// Writes dist/schema-manifest.json: what the migrations of the package create. `skills verify` compares a database with it
// when the role cannot create a scratch schema.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { importSource } from './import-source.js'

const root = path.dirname(import.meta.dirname)
const migrations = path.join(root, 'sql', 'migrations')
const QUERY = path.join(root, 'sql', 'catalog', 'objects.sql')
/** Everything that decides what the manifest says, apart from the migrations. PGlite counts through its version in package.json. */
const QUERIES = path.join(root, 'sql', 'dump')
const PRINTER = path.join(root, 'src', 'migrations', 'dump')
const MAKERS = [
  QUERY,
  'src/verify/schema/manifest.ts',
  'src/db/catalog.ts',
  '.ci/schema-manifest.js',
  'package.json',
  ...[QUERIES, PRINTER].flatMap((folder) => readdirSync(folder).map((name) => path.join(folder, name))),
]

export const MANIFEST = 'schema-manifest.json'
/** The statements that create the objects of the manifest. */
export const STATEMENTS = 'schema-statements.json'

/** Writes the manifest, unless it was made from the same files. Running PGlite takes seconds. */
export async function makeSchemaManifest() {
  const file = path.join(root, 'dist', MANIFEST)
  const { readMigrations } = await importSource('src/migrations/files/read-migrations.ts')
  const files = readMigrations([{ directory: migrations, label: 'sql/migrations', own: true }])
  const source = digestOf([...files.flatMap(({ version, text }) => [version, text]), ...MAKERS.map(makerText)])
  if (existsSync(file) && existsSync(path.join(root, 'dist', STATEMENTS)) && JSON.parse(readFileSync(file, 'utf8')).source === source)
    return
  const { openDb } = await importSource('src/db/open.ts')
  const { makeManifest, MANIFEST_SCHEMA } = await importSource('src/verify/schema/manifest.ts')
  const { printSchema } = await importSource('src/migrations/dump/print-schema.ts')
  const db = await openDb({ kind: 'embedded', directory: 'memory' }, { schema: MANIFEST_SCHEMA })
  await db.exec(`CREATE SCHEMA ${MANIFEST_SCHEMA}; SET search_path TO ${MANIFEST_SCHEMA}, pg_temp`)
  const made = await makeManifest(db, files, QUERY)
  const printed = await db.transaction({ readOnly: true }, () => printSchema(db, QUERIES, MANIFEST_SCHEMA))
  await db.close()
  mkdirSync(path.dirname(file), { recursive: true })
  // the manifest last: it says which files both were made from
  writeWhole(path.join(path.dirname(file), STATEMENTS), printed)
  writeWhole(file, { source, migrations: made })
}

/** A process that reads meanwhile must not see half a file. */
function writeWhole(file, value) {
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, JSON.stringify(value))
  renameSync(draft, file)
}

function digestOf(texts) {
  const hash = createHash('sha256')
  for (const text of texts) hash.update(`${text.length}\n${text}`)
  return hash.digest('hex')
}

function makerText(file) {
  const text = readFileSync(path.resolve(root, file), 'utf8')
  return file === 'package.json' ? JSON.parse(text).dependencies['@electric-sql/pglite'] : text
}

if (import.meta.filename === process.argv[1]) await makeSchemaManifest()
