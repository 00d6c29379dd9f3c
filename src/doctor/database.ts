import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { isJsonObject } from '../core/json.ts'
import { ledgerTables } from '../core/ledger-name.ts'
import { plural } from '../core/text.ts'
import { hasColumns, onlyRow, type RowOf } from '../db/columns.ts'
import type { Db } from '../db/db.ts'
import { quoteIdent } from '../db/quote.ts'
import { readUnusualSettings } from '../db/unusual-settings.ts'
import type { ClockSample } from './connection.ts'
import { describeBytes } from './program.ts'
import { finding, fine, type Finding } from './report.ts'
import { examineRights, privilegesOf, relationsOf, RIGHT } from './rights.ts'
import { examineSettings } from './settings.ts'

const SAMPLES = 3
/** Share of max_connections that is reported. */
const CROWDED = 0.9
/** A password that ends sooner is reported. */
const VALID_DAYS = 14

/** Of sql/doctor/session.sql. */
const SESSION = {
  now: 'time',
  max_connections: 'number',
  connections: 'number',
  database_bytes: 'text',
  read_only: 'boolean',
  role_limit: 'number?',
  role_connections: 'number',
  database_limit: 'number?',
  database_connections: 'number',
  valid_until: 'time?',
  time_zone: 'text',
  extensions: 'list?',
} as const
type SessionRow = RowOf<typeof SESSION>

/** Examines the settings, extensions, connections and clock of the server, and the privileges of the role. Writes nothing. */
export async function examineDatabase(
  db: Db,
  { sqlFolder, settingsQuery, ledger }: { sqlFolder: string; settingsQuery: string; ledger: string },
): Promise<{ findings: Finding[]; clock: ClockSample[] }> {
  const session = await readFile(path.join(sqlFolder, 'session.sql'), 'utf8')
  const clock: ClockSample[] = []
  let row: SessionRow | undefined
  for (let i = 0; i < SAMPLES; i++) {
    const sent = Date.now()
    row = onlyRow(await db.run(session, [], SESSION))
    clock.push({ sent, answered: Date.now(), server: row.now.getTime() })
  }
  const own = ledgerTables(ledger, db.info.schema)
  const rights = await db.run(
    await readFile(path.join(sqlFolder, 'rights.sql'), 'utf8'),
    [db.info.schema, relationsOf(), privilegesOf(), own.schema, own.tables[0]],
    RIGHT,
  )
  const findings = [
    ...(row === undefined ? [] : examineSession(db, row)),
    ...examineSettings(await readUnusualSettings(db, settingsQuery)),
    ...examineRights(rights, db.info, own.tables[0]),
  ]
  return { findings, clock }
}

function examineSession({ info }: Db, row: SessionRow): Finding[] {
  const crowded = row.connections > row.max_connections * CROWDED
  const use = `${row.connections} of ${plural(row.max_connections, 'connection')} in use`
  return [
    ...(info.kind === 'embedded'
      ? []
      : [
          crowded
            ? finding('warning', 'connection.free', use, 'close idle connections, or increase max_connections')
            : fine('connection.free', use),
        ]),
    ...examineLimits(info, row),
    ...(row.read_only && !info.inRecovery
      ? [finding('error', 'connection.read-only', 'default_transaction_read_only is on', 'use a role or database without this setting')]
      : []),
    info.schemaExists
      ? fine('database.schema', `schema ${info.schema}, ${describeBytes(Number(row.database_bytes))} in the database ${info.database}`)
      : finding('note', 'database.schema', `the schema ${info.schema} does not exist yet`, 'run skills migrate, which creates it'),
    ...examineExtensions((row.extensions ?? []).filter(isExtension)),
  ]
}

/** A limit ends the next connection, with an error that an application sees first. */
function examineLimits({ user, database }: Db['info'], row: SessionRow): Finding[] {
  const limited = [
    { what: `the role ${user}`, object: `ROLE ${quoteIdent(user)}`, limit: row.role_limit, used: row.role_connections },
    {
      what: `the database ${database}`,
      object: `DATABASE ${quoteIdent(database)}`,
      limit: row.database_limit,
      used: row.database_connections,
    },
  ]
  const endsSoon = row.valid_until !== null && row.valid_until.getTime() - Date.now() < VALID_DAYS * 86_400_000
  return [
    ...limited.flatMap(({ what, object, limit, used }) =>
      limit === null || used <= limit * CROWDED
        ? []
        : [
            finding(
              'warning',
              'connection.limit',
              `${used} of ${plural(limit, 'connection')} of ${what} in use`,
              `close idle connections, or run ALTER ${object} CONNECTION LIMIT -1`,
            ),
          ],
    ),
    ...(endsSoon
      ? [
          finding(
            'warning',
            'connection.valid-until',
            `the password of the role ${user} is valid until ${row.valid_until?.toISOString() ?? ''}`,
            `run ALTER ROLE ${quoteIdent(user)} VALID UNTIL 'infinity', or set a later time`,
          ),
        ]
      : []),
  ]
}

interface Extension {
  name: string
  installed: string
  available: string | null
}

function isExtension(value: unknown): value is Extension {
  return isJsonObject(value) && hasColumns(value, { name: 'text', installed: 'text', available: 'text?' })
}

function examineExtensions(extensions: readonly Extension[]): Finding[] {
  const list = extensions.map(({ name, installed }) => `${name} ${installed}`).join(', ')
  const old = extensions.filter(({ installed, available }) => available !== null && available !== installed)
  return [
    fine('database.extensions', extensions.length === 0 ? 'no extensions' : `extensions: ${list}`),
    ...old.map(({ name, installed, available }) =>
      finding(
        'note',
        'database.extension-version',
        `${name} ${installed} is installed, ${available ?? ''} is available`,
        `run ALTER EXTENSION ${name} UPDATE`,
      ),
    ),
  ]
}
