import { bareName, CALLS, COMMAND_PRIVILEGES, LEDGER, privilegeWords, type CommandPrivileges, type Privilege } from '../core/privileges.ts'
import type { RowOf } from '../db/columns.ts'
import type { DbInfo } from '../db/db.ts'
import { quoteIdent } from '../db/quote.ts'
import { finding, fine, type Finding } from './report.ts'

/** Of sql/doctor/rights.sql. `kind`: relation, ledger, columns, sequence, function, schema, ledger schema, database. */
export const RIGHT = { kind: 'text', name: 'text', privilege: 'text', granted: 'boolean', owned: 'boolean' } as const
export type Right = RowOf<typeof RIGHT>

/** The commands that have a finding of their own. */
const EXAMINED: ReadonlySet<string> = new Set(['sync', 'verify', CALLS, 'stats', 'an application'])
const VIEWS = ['v_skill_effectiveness', 'v_skill_cooccurrence']

/** The relations whose rights are read, apart from the rollup tables and the ledger. */
export function relationsOf(): string[] {
  const tables = COMMAND_PRIVILEGES.flatMap(({ needs }) =>
    needs.filter(({ on, name }) => on === 'table' && name !== LEDGER).map(({ name }) => name),
  )
  return [...new Set([...tables, ...VIEWS])]
}

/** The privileges on functions and columns that are read. */
export function privilegesOf(): Privilege[] {
  const all = examined().flatMap(({ needs }) => needs.filter(({ on, columns }) => on === 'function' || columns !== undefined))
  return [...new Set(all)]
}

function examined(): CommandPrivileges[] {
  return COMMAND_PRIVILEGES.filter(({ commands: [name = ''] }) => EXAMINED.has(name))
}

/** What the role can be used for, one finding for each command, with the GRANT for what is missing. */
export function examineRights(rows: readonly Right[], info: DbInfo, ledger: string): Finding[] {
  const rights = new Rights(rows, ledger)
  const migrated = rights.kindOf('skills_registry') !== undefined
  return [examineMigrate(rights, info), ...(migrated ? examined().map((command) => examineCommand(command, rights, info)) : [])]
}

/** What the session's role may do. */
class Rights {
  readonly #rows: readonly Right[]
  readonly #ledger: string

  constructor(rows: readonly Right[], ledger: string) {
    this.#rows = rows
    this.#ledger = ledger
  }

  /** The schema of the ledger, when it is another one and the role lacks USAGE on it. */
  unusableLedgerSchema(): string | undefined {
    return this.#rows.find(({ kind, granted, owned }) => kind === 'ledger schema' && !granted && !owned)?.name
  }

  may(kind: 'schema' | 'database', privilege: string): boolean {
    return this.#rows.some((row) => row.kind === kind && row.privilege === privilege && (row.granted || row.owned))
  }

  kindOf(name: string): Right['kind'] | undefined {
    return this.#rows.find((row) => row.name === name)?.kind
  }

  /** Names of relations and functions of another owner. */
  foreign(): string[] {
    const names = this.#rows.filter(({ kind, owned }) => (kind === 'relation' || kind === 'function') && !owned).map(({ name }) => name)
    return [...new Set(names.map(bareName))]
  }

  /** What is missing for a command; objects that do not exist are left out. */
  missing(needs: readonly Privilege[]): Missing[] {
    const has = (name: string, privilege: string): boolean =>
      this.#rows.some((row) => row.name === name && row.privilege === privilege && (row.granted || row.owned))
    const groups = new Map<string, Missing>()
    for (const { name, words } of needs.flatMap((need) => this.#named(need))) {
      const kind = this.kindOf(name)
      const privileges = words.filter((word) => !has(name, word)).join(', ')
      if (kind === undefined || privileges === '') continue
      // objects of one kind that need the same share a statement
      const group = groups.get(`${kind} ${privileges}`) ?? { kind, privileges, names: [] }
      groups.set(`${kind} ${privileges}`, { ...group, names: [...group.names, name] })
    }
    return [...groups.values()]
  }

  #ledgers(): string[] {
    return [this.#ledger, ...this.#rows.flatMap(({ kind, name }) => (kind === 'ledger' ? [name] : []))]
  }

  /** A need with the names of this database. */
  #named(need: Privilege): { name: string; words: string[] }[] {
    const words = privilegeWords(need)
    if (need.name === LEDGER) return this.#ledgers().map((name) => ({ name, words }))
    const kind = need.on === 'function' ? 'function' : 'relation'
    const names = this.#rows.flatMap((row) => (row.kind === kind && isMeant(row.name, need.name) ? [row.name] : []))
    // a sequence has the rows of its own kind
    return [...new Set(names.length === 0 ? [need.name] : names)].map((name) => ({ name, words }))
  }
}

interface Missing {
  kind: Right['kind']
  privileges: string
  names: string[]
}

/** Whether a relation or function is one that a privilege is for: `f(int)` for `f(int)`, `f` and, as all rollups, for `f*`. */
function isMeant(name: string, needed: string): boolean {
  return needed.endsWith('*') ? name.startsWith(needed.slice(0, -1)) : name === needed || bareName(name) === needed
}

function examineCommand({ commands: [command = ''], needs, scratchSchema }: CommandPrivileges, rights: Rights, info: DbInfo): Finding {
  const role = quoteIdent(info.user)
  const missing = rights.missing(needs)
  const grants = missing.map((group) => grant(group, info.schema, role))
  const what = missing.map(({ privileges, names }) => `${privileges} on ${names.map(bareName).join(', ')}`)
  if (!rights.may('schema', 'USAGE')) {
    grants.unshift(`GRANT USAGE ON SCHEMA ${quoteIdent(info.schema)} TO ${role}`)
    what.unshift(`USAGE on the schema ${info.schema}`)
  }
  const ledgerSchema = needs.some(({ name }) => name === LEDGER) ? rights.unusableLedgerSchema() : undefined
  if (ledgerSchema !== undefined) {
    grants.unshift(`GRANT USAGE ON SCHEMA ${quoteIdent(ledgerSchema)} TO ${role}`)
    what.unshift(`USAGE on the schema ${ledgerSchema}`)
  }
  if (scratchSchema === true && !rights.may('database', 'CREATE')) {
    grants.push(`GRANT CREATE ON DATABASE ${quoteIdent(info.database)} TO ${role}`)
    what.push(`CREATE on the database ${info.database}`)
  }
  const id = `rights.${command.replace('an ', '')}` as const
  const label = command === CALLS ? `the check ${CALLS} of verify` : command
  if (grants.length === 0) return fine(id, `${info.user} has the privileges for ${label}`)
  const printed = command === 'an application' ? ` -- all of them: skills grants --app-role ${info.user}` : ''
  return finding(
    // a gate that may not look ends with an error
    command === 'verify' ? 'warning' : 'note',
    id,
    `${info.user} lacks privileges for ${label}: ${what.join('; ')}`,
    `as the owner: ${grants.join('; ')}${printed}`,
  )
}

function examineMigrate(rights: Rights, { user, schema, schemaExists }: DbInfo): Finding {
  const id = 'rights.migrate'
  if (!schemaExists && !rights.may('database', 'CREATE')) {
    const next = `as the owner of the database: CREATE SCHEMA ${quoteIdent(schema)} AUTHORIZATION ${quoteIdent(user)}`
    return finding('note', id, `${user} cannot create the schema ${schema}`, next)
  }
  if (schemaExists && !rights.may('schema', 'CREATE')) {
    const next = `as the owner: GRANT USAGE, CREATE ON SCHEMA ${quoteIdent(schema)} TO ${quoteIdent(user)}`
    return finding('note', id, `${user} lacks privileges for migrate: CREATE on the schema ${schema}`, next)
  }
  const foreign = rights.foreign()
  if (foreign.length > 0) {
    return finding(
      'note',
      id,
      `${user} does not own ${foreign.join(', ')}, which migrate requires`,
      'run migrations as the owner of the tables',
    )
  }
  return fine(id, `${user} has the privileges for migrate`)
}

function grant({ kind, privileges, names }: Missing, schema: string, role: string): string {
  const qualified = (name: string): string => `${quoteIdent(schema)}.${quoteIdent(bareName(name))}${name.slice(bareName(name).length)}`
  const objects = { function: 'FUNCTION ', sequence: 'SEQUENCE ' }[kind] ?? ''
  return `GRANT ${privileges} ON ${objects}${names.map(kind === 'ledger' ? String : qualified).join(', ')} TO ${role}`
}
