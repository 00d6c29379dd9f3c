import type { DbInfo } from '../db/db.ts'
import { quoteIdent } from '../db/quote.ts'
import type { Finding } from './finding.ts'
import { finding, fine } from './finding.ts'

/** A row of sql/doctor/rights.sql. */
export interface Right {
  kind: 'relation' | 'columns' | 'sequence' | 'function' | 'schema' | 'database'
  name: string
  privilege: string
  granted: boolean
  owned: boolean
}

/** A right that an application needs; the list of them is not the doctor's own. */
export interface AppRight {
  on: 'table' | 'sequence' | 'function'
  /** A function with the types of its arguments. */
  name: string
  privileges: readonly string[]
  /** Of a table: the rights are for these columns alone. */
  columns?: readonly string[]
}

const TABLES = ['skills_registry', 'skill_unlocks', 'skill_usage_events', 'skill_feedback', 'agent_emergence_candidates']
const VIEWS = ['v_skill_effectiveness', 'v_skill_cooccurrence']

/** Names of the relations that rights are asked about, beside those of the rollups. */
export function relationsOf(ledger: string): string[] {
  return [...TABLES, ...VIEWS, ledger]
}

/** Sums that stats answers from; `skill_rollup_state` says how far they are. */
const ROLLUPS = 'skill_rollup_'
const ROLLUP_STATE = `${ROLLUPS}state`

interface Need {
  command: string
  needs: readonly (readonly [name: string, ...privileges: string[]])[]
  /** It compares with a schema of its own, which is rolled back. */
  makesSchema?: true
}

/** The table "Roles and rights" of README.md. */
function needsOf(ledger: string, rollups: readonly string[], app: readonly AppRight[]): Need[] {
  return [
    { command: 'sync', needs: [['skills_registry', 'SELECT', 'INSERT', 'UPDATE']] },
    {
      command: 'verify',
      needs: [[ledger, 'SELECT'], ...TABLES.map((table) => [table, 'SELECT'] as const), [ROLLUP_STATE, 'SELECT']],
      makesSchema: true,
    },
    {
      command: 'stats',
      needs: [
        ['skills_registry', 'SELECT'],
        ['skill_unlocks', 'SELECT'],
        ['skill_usage_events', 'SELECT'],
        ['skill_feedback', 'SELECT'],
        ...rollups.map((table) => [table, 'SELECT'] as const),
      ],
    },
    {
      command: 'an application',
      needs: app.map(({ name, privileges, columns }) => {
        const of = columns === undefined ? '' : ` (${columns.join(', ')})`
        return [name, ...privileges.map((privilege) => `${privilege}${of}`)] as const
      }),
    },
  ]
}

/** What the role can be used for, command by command; where something lacks, the GRANT that gives it. */
export function examineRights(rights: readonly Right[], info: DbInfo, ledger: string, app: readonly AppRight[]): Finding[] {
  const role = quoteIdent(info.user)
  const has = (name: string, privilege: string): boolean =>
    rights.some((right) => right.name === name && right.privilege === privilege && (right.granted || right.owned))
  const kindOf = (name: string): Right['kind'] | undefined => rights.find((right) => right.name === name)?.kind
  const exists = (name: string): boolean => kindOf(name) !== undefined
  const migrated = exists('skills_registry')
  const rollups = [...new Set(rights.filter(({ kind, name }) => kind === 'relation' && name.startsWith(ROLLUPS)).map(({ name }) => name))]
  const mayMakeSchema = rights.some(({ kind, privilege, granted }) => kind === 'database' && privilege === 'CREATE' && granted)
  const mayUseSchema = rights.some(
    ({ kind, privilege, granted, owned }) => kind === 'schema' && privilege === 'USAGE' && (granted || owned),
  )
  const others = needsOf(ledger, rollups, app).map(({ command, needs, makesSchema = false }) => {
    const id = `rights.${command.replace('an ', '')}`
    const lacking = alike(
      needs
        .filter(([name]) => exists(name))
        .map(([name, ...privileges]) => ({ name, privileges: privileges.filter((privilege) => !has(name, privilege)), kind: kindOf(name) }))
        .filter(({ privileges }) => privileges.length > 0),
    )
    const lacksSchema = makesSchema && !mayMakeSchema
    if (lacking.length === 0 && mayUseSchema && !lacksSchema) return fine(id, `${info.user} may do what ${command} needs`)
    const grants = lacking.map((group) => grant(group, role))
    const what = lacking.map(({ privileges, names }) => `${privileges} on ${names.map(bare).join(', ')}`)
    if (!mayUseSchema) {
      grants.unshift(`GRANT USAGE ON SCHEMA ${quoteIdent(info.schema)} TO ${role}`)
      what.unshift(`USAGE on the schema ${info.schema}`)
    }
    if (lacksSchema) {
      grants.push(`GRANT CREATE ON DATABASE ${quoteIdent(info.database)} TO ${role}`)
      what.push(`CREATE on the database ${info.database}`)
    }
    return finding('note', id, `for ${command} ${info.user} lacks ${what.join('; ')}`, `as their owner: ${grants.join('; ')}`)
  })
  return [examineMigrate(rights, info, role), ...(migrated ? others : [])]
}

function examineMigrate(rights: readonly Right[], info: DbInfo, role: string): Finding {
  const may = (kind: Right['kind'], privilege: string): boolean =>
    rights.some((right) => right.kind === kind && right.privilege === privilege && (right.granted || right.owned))
  if (!info.schemaExists && !may('database', 'CREATE')) {
    return finding(
      'note',
      'rights.migrate',
      `${info.user} may not make the schema ${info.schema}`,
      `as its owner: CREATE SCHEMA ${quoteIdent(info.schema)} AUTHORIZATION ${role}`,
    )
  }
  if (info.schemaExists && !may('schema', 'CREATE')) {
    const next = `as its owner: GRANT USAGE, CREATE ON SCHEMA ${quoteIdent(info.schema)} TO ${role}`
    return finding('note', 'rights.migrate', `for migrate ${info.user} lacks CREATE on the schema ${info.schema}`, next)
  }
  const foreign = [
    ...new Set(rights.filter(({ kind, owned }) => (kind === 'relation' || kind === 'function') && !owned).map(({ name }) => bare(name))),
  ]
  if (foreign.length > 0) {
    const next = 'run migrations as the owner of the tables'
    return finding('note', 'rights.migrate', `for migrate ${info.user} would have to own ${foreign.join(', ')}`, next)
  }
  return fine('rights.migrate', `${info.user} may do what migrate needs`)
}

interface Lacking {
  kind: Right['kind'] | undefined
  privileges: string
  names: string[]
}

/** Objects of one kind that need the same, together. */
function alike(lacking: readonly { name: string; privileges: readonly string[]; kind: Right['kind'] | undefined }[]): Lacking[] {
  const groups = new Map<string, Lacking>()
  for (const { name, privileges: list, kind } of lacking) {
    const privileges = list.join(', ')
    const key = `${kind} ${privileges}`
    const group = groups.get(key) ?? { kind, privileges, names: [] }
    groups.set(key, { ...group, names: [...group.names, name] })
  }
  return [...groups.values()]
}

function grant({ kind, privileges, names }: Lacking, role: string): string {
  if (kind === 'function') return `GRANT ${privileges} ON FUNCTION ${names.map(bare).join(', ')} TO ${role}`
  return `GRANT ${privileges} ON ${kind === 'sequence' ? 'SEQUENCE ' : ''}${names.map(quoteIdent).join(', ')} TO ${role}`
}

/** Functions are told without arguments: each of ours is the only one of its name. */
function bare(name: string): string {
  return name.replace(/\(.*/, '')
}
