import { createHash } from 'node:crypto'
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** The same small migrations in the format of each tool. */
export interface MigrationFolders {
  plain: string
  plainFiles: string[]
  dbmate: string
  nodePgMigrate: string
  graphile: string
  postgrator: string
  drizzle: string
}

export function writeMigrationFolders(root: string, count: number): MigrationFolders {
  const folder = (name: string): string => {
    const place = path.join(root, name)
    mkdirSync(place, { recursive: true })
    return place
  }
  const [plain, dbmate, nodePgMigrate, postgrator] = [folder('plain'), folder('dbmate'), folder('node-pg-migrate'), folder('postgrator')]
  const graphile = folder('graphile')
  const committed = folder('graphile/migrations/committed')
  writeFileSync(path.join(graphile, '.gmrc'), '{}\n')
  const drizzle = folder('drizzle/out')
  mkdirSync(path.join(drizzle, 'meta'), { recursive: true })
  const entries: object[] = []
  let previous: string | null = null
  const plainFiles = Array.from({ length: count }, (_, i) => {
    const table = `m${String(i).padStart(4, '0')}`
    const sql = `create table ${table} (id int primary key, name text not null default 'x', created_at timestamptz default now());\ncreate index ${table}_name on ${table} (name);\n`
    const stamp = `2026010100${String(i).padStart(4, '0')}`
    const file = path.join(plain, `${stamp}_${table}.sql`)
    writeFileSync(file, sql)
    writeFileSync(path.join(dbmate, `${stamp}_${table}.sql`), `-- migrate:up\n${sql}\n-- migrate:down\n`)
    writeFileSync(path.join(nodePgMigrate, `${stamp}000_${table}.sql`), `-- Up Migration\n${sql}\n-- Down Migration\n`)
    writeFileSync(path.join(postgrator, `${i + 1}.do.${table}.sql`), sql)
    previous = writeGraphile(path.join(committed, `${String(i + 1).padStart(6, '0')}.sql`), sql, previous)
    writeFileSync(path.join(drizzle, `${String(i).padStart(4, '0')}_${table}.sql`), sql.replace(';\n', ';\n--> statement-breakpoint\n'))
    entries.push({ idx: i, version: '7', when: 1_767_225_600_000 + i, tag: `${String(i).padStart(4, '0')}_${table}`, breakpoints: true })
    return file
  })
  writeFileSync(path.join(drizzle, 'meta', '_journal.json'), JSON.stringify({ version: '7', dialect: 'postgresql', entries }))
  writeFileSync(
    path.join(root, 'drizzle', 'drizzle.config.ts'),
    "export default { dialect: 'postgresql', out: './out', dbCredentials: { url: process.env.DATABASE_URL } }\n",
  )
  return { plain, plainFiles, dbmate, nodePgMigrate, graphile, postgrator, drizzle: path.join(root, 'drizzle') }
}

/** Writes a file with this number of statements into a folder of its own. */
export function writeLongMigration(folder: string, statements: number): string {
  mkdirSync(folder, { recursive: true })
  const file = path.join(folder, '1_long.sql')
  const lines = Array.from({ length: statements - 1 }, (_, i) => `insert into long_one (id, name) values (${i}, 'row number ${i}');`)
  writeFileSync(file, `create table long_one (id int primary key, name text);\n${lines.join('\n')}\n`)
  return file
}

/** Writes a file of about this many bytes, a table and its rows, into a folder of its own. */
export function writeDataMigration(folder: string, bytes: number): string {
  mkdirSync(folder, { recursive: true })
  const file = path.join(folder, '1_data.sql')
  writeFileSync(file, 'create table data_one (id int primary key, name text);\n')
  for (let written = 0, id = 0; written < bytes;) {
    let part = ''
    while (part.length < 1_000_000) {
      part += `insert into data_one (id, name) values (${id}, 'row number ${id}, with some more text that makes it longer');\n`
      id++
    }
    appendFileSync(file, part)
    written += part.length
  }
  return file
}

/** Each committed file of graphile-migrate has the digest of the file before it. */
function writeGraphile(file: string, sql: string, previous: string | null): string {
  const hash = `sha1:${createHash('sha1')
    .update(`${`${previous ?? ''}\n${sql.trim()}`.trim()}\n`)
    .digest('hex')}`
  writeFileSync(file, `--! Previous: ${previous ?? '-'}\n--! Hash: ${hash}\n\n${sql}`)
  return hash
}
