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

/** Names of all relations that rights are asked about. */
export function relationsOf(ledger: string): string[] {
  return [...TABLES, ...VIEWS, ledger]
}

interface Need {
  command: string
  needs: readonly (readonly [name: string, ...privileges: string[]])[]
}

/** The table "Roles and rights" of README.md. */
function needsOf(ledger: string): Need[] {
  return [
    { command: 'sync', needs: [['skills_registry', 'SELECT', 'INSERT', 'UPDATE']] },
    {
      command: 'verify',
      needs: [
        [ledger, 'SELECT'],
        ['skills_registry', 'SELECT', 'INSERT'],
        ['skill_unlocks', 'SELECT', 'INSERT'],
        ['skill_usage_events', 'SELECT', 'INSERT'],
        ['skill_feedback', 'INSERT'],
        ...VIEWS.map((view) => [view, 'SELECT'] as const),
        ['unlock_skill', 'EXECUTE'],
      ],
    },
    {
      command: 'stats',
      needs: [
        ['skills_registry', 'SELECT'],
        ['skill_unlocks', 'SELECT'],
        ['skill_usage_events', 'SELECT'],
        ['skill_feedback', 'SELECT'],
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
  const others = needsOf(ledger).map(({ command, needs }) => {
    const lacking = needs
      .filter(([name]) => exists(name))
      .map(([name, ...privileges]) => [name, privileges.filter((privilege) => !has(name, privilege))] as const)
      .filter(([, privileges]) => privileges.length > 0)
    const id = `rights.${command.replace('an ', '')}`
    if (lacking.length === 0) return fine(id, `${info.user} may do what ${command} needs`)
    const grants = lacking.map(([name, privileges]) => grant(name, privileges, role))
    const what = lacking.map(([name, privileges]) => `${privileges.join(', ')} on ${name}`).join('; ')
    return finding('note', id, `for ${command} ${info.user} lacks ${what}`, `as their owner: ${grants.join('; ')}`)
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

function grant(name: string, privileges: readonly string[], role: string): string {
  if (FUNCTIONS.includes(name)) return `GRANT EXECUTE ON FUNCTION ${name} TO ${role}`
  return `GRANT ${privileges.join(', ')} ON ${quoteIdent(name)} TO ${role}`
}
