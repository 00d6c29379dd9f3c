import type { DatabaseError } from '../../db/database-error.ts'
import type { Db } from '../../db/db.ts'
import { quoteIdent, quoteLiteral } from '../../db/quote.ts'
import { SQLSTATE } from '../../db/sqlstates.ts'

/** A setting of the role, the database or the server that made a statement fail, or can have done so. */
export interface SettingCause {
  /** The setting with its value, and where that comes from. */
  what: string
  /** Completes `... and run skills migrate again`. */
  remedy: string
  /** It is the cause; otherwise the file can be. */
  isCertain: boolean
}

interface Suspect {
  name: string
  /** The value with which it is not the cause. */
  harmless: string
  /** What to pass instead. */
  option?: string
  /** It prevents the remedy too, outside such a transaction. */
  begin?: string
  /** Other causes have the same SQLSTATE. */
  isPossible?: true
}

const READ_ONLY: Suspect = { name: 'default_transaction_read_only', harmless: 'off', begin: 'BEGIN READ WRITE' }
const SEARCH_PATH: Suspect = { name: 'search_path', harmless: '"$user", public', option: '--schema NAME', isPossible: true }
const DATE_STYLE: Suspect = { name: 'DateStyle', harmless: 'ISO, MDY', isPossible: true }
const TABLESPACE: Suspect = { name: 'default_tablespace', harmless: '', isPossible: true }

/** The settings that can be the reason for an error, by its SQLSTATE. */
const SUSPECTS: Readonly<Record<string, readonly Suspect[]>> = {
  [SQLSTATE.queryCanceled]: [{ name: 'statement_timeout', harmless: '0', option: '--statement-timeout 0' }],
  [SQLSTATE.readOnlyTransaction]: [READ_ONLY],
  '25P03': [{ name: 'idle_in_transaction_session_timeout', harmless: '0' }],
  '25P04': [{ name: 'transaction_timeout', harmless: '0' }],
  '57P05': [{ name: 'idle_session_timeout', harmless: '0' }],
  '53400': [{ name: 'temp_file_limit', harmless: '-1' }],
  '40001': [{ name: 'default_transaction_isolation', harmless: 'read committed', isPossible: true }],
  '42501': [{ name: 'role', harmless: 'none', isPossible: true }, TABLESPACE],
  '42P01': [SEARCH_PATH],
  '42883': [SEARCH_PATH],
  '42704': [SEARCH_PATH, { name: 'default_table_access_method', harmless: 'heap', isPossible: true }, TABLESPACE],
  '3F000': [SEARCH_PATH],
  '22007': [DATE_STYLE],
  '22008': [DATE_STYLE],
}

/** Errors after which the server ends the session, so that it cannot be asked. */
const ENDS_SESSION: ReadonlySet<string> = new Set(['25P03', '25P04', '57P05'])

/**
 * The setting that made a statement fail, as far as the server knows where it comes from. `set`: the settings that the file itself
 * sets, which count no more. Call it after the transaction has ended: the settings are those of a new session then.
 */
export async function settingCause(
  db: Db,
  { code }: Pick<DatabaseError, 'code'>,
  set: ReadonlySet<string> = new Set(),
): Promise<SettingCause | undefined> {
  const suspects = (SUSPECTS[code] ?? []).filter(({ name }) => !set.has(name.toLowerCase()))
  const [first] = suspects
  if (first === undefined) return undefined
  if (ENDS_SESSION.has(code)) return unknownSource(db, first)
  try {
    return await lookUp(db, suspects)
  } catch {
    // a small limit ends this query too, and the connection can be lost by now
    return first.isPossible === true ? undefined : unknownSource(db, first)
  }
}

async function lookUp(db: Db, suspects: readonly Suspect[]): Promise<SettingCause | undefined> {
  // not with `run`, which sets the search_path itself
  const rows = await db.query(settingsSql(suspects), [], {
    name: 'text',
    value: 'text',
    source: 'text',
    file: 'text?',
    login: 'text',
  })
  for (const suspect of suspects) {
    const row = rows.find(({ name }) => name === suspect.name)
    if (row === undefined || row.value === suspect.harmless) continue
    const origin = originOf(suspect, row, db.info.database)
    if (origin === undefined) continue
    const value = row.value === '' ? "''" : row.value
    return { what: `${suspect.name} is ${value}, ${origin.where}`, remedy: origin.remedy, isCertain: suspect.isPossible !== true }
  }
  return undefined
}

const settingsSql = (
  suspects: readonly Suspect[],
): string => `SELECT name, pg_catalog.current_setting(name) AS value, source, session_user AS login,
    CASE WHEN sourcefile IS NULL THEN NULL ELSE pg_catalog.format('%s:%s'::pg_catalog.text, sourcefile, sourceline) END AS file
  FROM pg_catalog.pg_settings
  WHERE name OPERATOR(pg_catalog.=) ANY (ARRAY[${suspects.map(({ name }) => quoteLiteral(name)).join(', ')}]::pg_catalog.text[])`

/** Where a value comes from (`source` of pg_settings), and how to change it there; undefined for built-in values and those of the file. */
function originOf(
  suspect: Suspect,
  { source, file, login }: { source: string; file: string | null; login: string },
  databaseName: string,
): { where: string; remedy: string } | undefined {
  const { name, option } = suspect
  const role = `ROLE ${quoteIdent(login)}`
  const database = `DATABASE ${quoteIdent(databaseName)}`
  const altered = (object: string): { where: string; remedy: string } => ({
    where: `set with ALTER ${object} SET ${name}`,
    remedy: withOption(option, `run ${runnable(`ALTER ${object} RESET ${name}`, suspect)}`),
  })
  switch (source) {
    case 'user':
      return altered(role)
    case 'database user':
      return altered(`${role} IN ${database}`)
    case 'database':
      return altered(database)
    case 'global':
      return altered('ROLE ALL')
    case 'client':
      return { where: 'set by the options of the connection', remedy: withOption(option, 'remove it from the URL or from PGOPTIONS') }
    case 'configuration file': {
      // only for roles that may know the paths of the server
      const place = file?.replace(/^.*\//, '')
      const isAltered = place?.startsWith('postgresql.auto.conf') === true
      return {
        where: isAltered ? `set with ALTER SYSTEM (${place})` : `set in ${place ?? 'postgresql.conf or with ALTER SYSTEM'}`,
        remedy: withOption(option, `run ${neutral(role, suspect)}`),
      }
    }
    case 'command line':
    case 'environment variable':
      return { where: `set by the ${source} of the server`, remedy: withOption(option, `run ${neutral(role, suspect)}`) }
    default:
      return undefined
  }
}

function unknownSource(db: Db, suspect: Suspect): SettingCause {
  return {
    what: `${suspect.name} is set for the role, the database or the server`,
    remedy: withOption(suspect.option, `run ${neutral(`ROLE ${quoteIdent(db.info.user)}`, suspect)}`),
    isCertain: true,
  }
}

/** Gives the role a value of its own. */
function neutral(role: string, suspect: Suspect): string {
  const { name, harmless } = suspect
  return runnable(`ALTER ${role} SET ${name} = ${/^-?\d+$/.test(harmless) ? harmless : `'${harmless}'`}`, suspect)
}

const runnable = (statement: string, { begin }: Suspect): string => (begin === undefined ? statement : `${begin}; ${statement}; COMMIT`)

function withOption(option: string | undefined, statement: string): string {
  return option === undefined ? statement : `pass ${option}, or ${statement}`
}
