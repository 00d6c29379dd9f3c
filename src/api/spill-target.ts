import path from 'node:path'
import { bytewise } from '../core/bytewise.ts'
import { sha256 } from '../core/digests.ts'
import { redact } from '../core/redaction.ts'
import { describeTarget, type DatabaseTarget } from '../core/target.ts'
import type { Db } from '../db/db.ts'
import type { ConnectionSource } from '../telemetry/skills-connection.ts'
import type { ConnectOptions } from './connect.ts'

type Target = ConnectionSource['target']

/** The database of a connection that the application owns, for the owner of spilled events. */
export function givenTarget({ info: { kind, label, schema } }: Db): Target {
  const isFolder = kind === 'embedded' && label !== describeTarget({ kind, directory: 'memory' })
  const place = isFolder ? `embedded ${path.resolve(label.slice('embedded '.length))}` : label
  return { place, configured: digestOf([kind, place, schema]) }
}

/** All that chooses the database and the schema; no password. */
export function chosenTarget(target: DatabaseTarget, schema: string | undefined): Target {
  if (target.kind === 'embedded') {
    const directory = target.directory === 'memory' ? target.directory : path.resolve(target.directory)
    return { place: describeTarget({ ...target, directory }), configured: digestOf([directory, schema]) }
  }
  const hosts = target.hosts.map(({ host, port }) => [host, port])
  return { place: describeTarget(target), configured: digestOf([hosts, target.database, target.user, target.startupOptions, schema]) }
}

/** What the database is chosen from, as far as it is known without reading a file. A new password is the same database. */
export function inputsOf(database: string | ConnectOptions | Db | undefined, env: NonNullable<ConnectOptions['env']>): string {
  if (typeof database === 'object' && 'info' in database) return digestOf([database.info.label, database.info.schema])
  const variables = Object.entries({ ...env, ...(typeof database === 'object' ? database.env : {}) })
    .filter(([name]) => /^(?:PG(?!PASS)|DATABASE_URL$|DIRECT_URL$|SKILLS_(?:SCHEMA|EMBEDDED|CONFIG)$)/.test(name))
    .toSorted(([a], [b]) => bytewise(a, b))
  const options = typeof database === 'object' ? { ...database, env: undefined } : database
  // files are found from the working directory; a URL needs none
  const folder = typeof database === 'string' ? '' : process.cwd()
  return digestOf([options, variables, folder].map((part) => redact(JSON.stringify(part ?? null))))
}

function digestOf(parts: readonly unknown[]): string {
  return sha256(JSON.stringify(parts)).slice(0, 32)
}
