import { plural } from '../core/text.ts'
import { finding, fine, type Finding } from './report.ts'

/** The part of the report of `skills migrate status` that is examined. */
export interface MigrationFacts {
  ledger: string
  migrations: readonly { version: string; state: string }[]
  /** Applied by this tool, without a file. */
  missing: readonly string[]
  /** Applied under another name. */
  renamed: readonly { from: string; to: string }[]
}

export function examineMigrations({ ledger, migrations, missing, renamed }: MigrationFacts): Finding[] {
  const of = (state: string): string[] => migrations.filter((one) => one.state === state).map(({ version }) => version)
  const pending = of('pending')
  const changed = of('changed')
  const findings = [
    ...(changed.length === 0
      ? []
      : [
          finding(
            'error',
            'migrations.changed',
            `${plural(changed.length, 'file')} changed after it was applied: ${changed.join(', ')}`,
            'restore the file, see skills explain HISTORY_CHANGED',
          ),
        ]),
    ...(pending.length === 0
      ? []
      : [
          finding(
            'warning',
            'migrations.pending',
            `${plural(pending.length, 'migration')} pending: ${pending.join(', ')}`,
            'run skills migrate',
          ),
        ]),
    ...(renamed.length === 0
      ? []
      : [
          finding(
            'warning',
            'migrations.renamed',
            `${plural(renamed.length, 'applied migration')} renamed: ${renamed.map(({ from, to }) => `${from} is ${to}`).join(', ')}`,
            'run skills migrate, which gives the ledger rows the new names',
          ),
        ]),
    ...(missing.length === 0
      ? []
      : [
          finding(
            'warning',
            'migrations.missing',
            `${plural(missing.length, 'applied migration')} without a file: ${missing.join(', ')}`,
            'add the folder with --migrations or in the configuration file',
          ),
        ]),
  ]
  return findings.length > 0
    ? findings
    : [fine('migrations.state', `all ${plural(migrations.length, 'migration')} applied, ledger ${ledger}`)]
}

/** The part of what the rollups have set aside that is examined. */
export interface SetAsideFacts {
  rows: number
  listed: readonly { table: string; id: string; reason: string }[]
}

const MOST_NAMED = 5

export function examineSetAside({ rows, listed }: SetAsideFacts): Finding[] {
  if (rows === 0) return [fine('rollups.set-aside', 'no row is set aside: the rollups contain everything that can be added up')]
  const named = listed.slice(0, MOST_NAMED).map(({ table, id, reason }) => `${table} ${id}: ${reason}`)
  const text = `${plural(rows, 'row')} set aside, not counted by skills stats: ${named.join('; ')}${rows > named.length ? '; ...' : ''}`
  return [finding('warning', 'rollups.set-aside', text, 'correct or delete the rows, then run skills rollup --rebuild')]
}

/** What of another server the rollups and the tables have. */
export interface ForeignFacts {
  isForeign: boolean
  rows: number
}

export function examineForeignRows({ isForeign, rows }: ForeignFacts): Finding[] {
  if (isForeign)
    return [
      finding(
        'warning',
        'rollups.server',
        'the rollups are of another server, or their state is missing: skills stats reads the events, and not those that are pruned',
        'run skills rollup',
      ),
    ]
  if (rows === 0) return [fine('rollups.foreign-rows', 'no row came with the transaction ID of another server')]
  const text = `${plural(rows, 'row')} with the transaction ID of another server: no step of the rollups takes ${rows === 1 ? 'it' : 'them'}`
  return [finding('warning', 'rollups.foreign-rows', text, 'run skills rollup, which counts them')]
}

/** The part of the report of `skills sync --check` that is examined. */
export interface RegistryFacts {
  roots: readonly string[]
  added: readonly unknown[]
  changed: readonly unknown[]
  disabled: readonly unknown[]
  unchanged: number
  invalid: readonly { path: string }[]
}

export function examineRegistry({ roots, added, changed, disabled, unchanged, invalid }: RegistryFacts): Finding[] {
  const outOfDate = added.length + changed.length + disabled.length
  const findings = [
    ...(outOfDate === 0
      ? []
      : [
          finding(
            'warning',
            'registry.behind',
            `the registry is out of date with ${roots.join(', ')}: ${added.length} to add, ${changed.length} to change, ${disabled.length} to disable`,
            'run skills sync',
          ),
        ]),
    ...(invalid.length === 0
      ? []
      : [
          finding(
            'warning',
            'registry.invalid',
            `${plural(invalid.length, 'skill')} cannot be read: ${invalid.map(({ path }) => path).join(', ')}`,
            'run skills sync --dry-run to see why',
          ),
        ]),
  ]
  return findings.length > 0
    ? findings
    : [fine('registry.state', `${plural(unchanged, 'skill')} of ${roots.join(', ')} registered and up to date`)]
}
