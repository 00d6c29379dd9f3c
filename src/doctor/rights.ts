import type { DbInfo } from '../db/db.ts'
import { quoteIdent } from '../db/quote.ts'
import type { Finding } from './finding.ts'
import { finding, fine } from './finding.ts'

/** A row of sql/doctor/rights.sql. */
export interface Right {
  kind: 'relation' | 'function' | 'schema' | 'database'
  name: string
  privilege: string
  granted: boolean
  owned: boolean
}

const TABLES = ['skills_registry', 'skill_unlocks', 'skill_usage_events', 'skill_feedback', 'agent_emergence_candidates']
const VIEWS = ['v_skill_effectiveness', 'v_skill_cooccurrence']
export const FUNCTIONS: readonly string[] = ['log_skill_usage', 'is_skill_unlocked', 'unlock_skill']

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
function needsOf(ledger: string, rollups: readonly string[]): Need[] {
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
      command: 'an agent',
      needs: [
        ['skills_registry', 'SELECT'],
        ['log_skill_usage', 'EXECUTE'],
        ['is_skill_unlocked', 'EXECUTE'],
      ],
    },
  ]
}

/** What the role can be used for, command by command; where something lacks, the GRANT that gives it. */
export function examineRights(rights: readonly Right[], info: DbInfo, ledger: string): Finding[] {
  const role = quoteIdent(info.user)
  const has = (name: string, privilege: string): boolean =>
    rights.some((right) => right.name === name && right.privilege === privilege && (right.granted || right.owned))
  const exists = (name: string): boolean => rights.some((right) => right.name === name)
  const migrated = exists('skills_registry')
  const rollups = [...new Set(rights.filter(({ kind, name }) => kind === 'relation' && name.startsWith(ROLLUPS)).map(({ name }) => name))]
  const mayMakeSchema = rights.some(({ kind, privilege, granted }) => kind === 'database' && privilege === 'CREATE' && granted)
  const others = needsOf(ledger, rollups).map(({ command, needs, makesSchema = false }) => {
    const id = `rights.${command.replace('an ', '')}`
    const lacking = byPrivileges(
      needs
        .filter(([name]) => exists(name))
        .map(([name, ...privileges]) => [name, privileges.filter((privilege) => !has(name, privilege))] as const)
        .filter(([, privileges]) => privileges.length > 0),
    )
    const lacksSchema = makesSchema && !mayMakeSchema
    if (lacking.length === 0 && !lacksSchema) return fine(id, `${info.user} may do what ${command} needs`)
    const grants = lacking.map(({ privileges, names }) => grant(names, privileges, role))
    const what = lacking.map(({ privileges, names }) => `${privileges} on ${names.join(', ')}`)
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
    ...new Set(rights.filter(({ kind, owned }) => (kind === 'relation' || kind === 'function') && !owned).map(({ name }) => name)),
  ]
  if (foreign.length > 0) {
    const next = 'run migrations as the owner of the tables'
    return finding('note', 'rights.migrate', `for migrate ${info.user} would have to own ${foreign.join(', ')}`, next)
  }
  return fine('rights.migrate', `${info.user} may do what migrate needs`)
}

/** Objects that need the same, together. */
function byPrivileges(
  lacking: readonly (readonly [name: string, privileges: readonly string[]])[],
): { privileges: string; names: string[] }[] {
  const groups = new Map<string, string[]>()
  for (const [name, privileges] of lacking) groups.set(privileges.join(', '), [...(groups.get(privileges.join(', ')) ?? []), name])
  return [...groups].map(([privileges, names]) => ({ privileges, names }))
}

/** Functions are named without arguments: each of ours is the only one of its name. */
function grant(names: readonly string[], privileges: string, role: string): string {
  if (privileges === 'EXECUTE') return `GRANT EXECUTE ON FUNCTION ${names.join(', ')} TO ${role}`
  return `GRANT ${privileges} ON ${names.map(quoteIdent).join(', ')} TO ${role}`
}
