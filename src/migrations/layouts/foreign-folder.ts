import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { SkillsError } from '../../core/errors.ts'
import { isOsError } from '../../core/os-error.ts'
import { readHead } from '../../files/regular-file.ts'
import { roleInPair } from './tools/named-pairs.ts'
import { wayOn } from './way-on.ts'

interface ForeignFolder {
  tool: { name: string; title: string }
  /** What shows the tool, as a path from the folder. */
  shownBy: string
}

/**
 * Throws FOREIGN_LAYOUT for a folder that another tool keeps, which its plan and its sub-folders show. `hasFiles`: there are
 * migrations in the folder itself.
 */
export function refuseForeignFolder(directory: string, label: string, hasFiles: boolean): void {
  const found = foreignFolder(directory, hasFiles)
  if (found === undefined) return
  const { tool, shownBy } = found
  const file = path.join(label, shownBy)
  throw new SkillsError('FOREIGN_LAYOUT', `${label} is a folder of ${tool.title}: it has ${file}`, {
    hint: wayOn(tool, label),
    diagnostics: [
      {
        severity: 'error',
        code: 'FOREIGN_LAYOUT',
        message: `${tool.title} reads this for the order and the direction of its scripts; skills would run every script that it finds, or none`,
        file,
        line: 1,
        column: 1,
      },
    ],
  })
}

function foreignFolder(directory: string, hasFiles: boolean): ForeignFolder | undefined {
  const names = new Set(readdirSync(directory))
  if (names.has('sqitch.plan')) return { tool: SQITCH, shownBy: 'sqitch.plan' }
  const committed = filesIn(path.join(directory, 'committed'))
  if (names.has('committed') && (names.has('current.sql') || names.has('current') || committed.some(isCommitted)))
    return { tool: GRAPHILE, shownBy: 'committed' }
  const changelog = [...names].find(
    (name) => name.toLowerCase().includes('changelog') && CHANGELOG.test(name) && isChangelog(path.join(directory, name)),
  )
  if (changelog !== undefined) return { tool: LIQUIBASE, shownBy: changelog }
  return bySiblings(path.resolve(directory)) ?? (hasFiles ? undefined : byContents(directory, names))
}

const SQITCH = { name: 'sqitch', title: 'Sqitch' }
const GRAPHILE = { name: 'graphile', title: 'graphile-migrate' }
const LIQUIBASE = { name: '', title: 'Liquibase' }
const FLYWAY = { name: 'flyway', title: 'Flyway' }
const TWO_FOLDERS = { name: '', title: 'a tool with a folder for each direction' }
const FOLDER_EACH = { name: '', title: 'a tool with a folder for each migration, such as Diesel or Hasura' }
const DB_MIGRATE = { name: '', title: 'db-migrate' }

/** One of the folders that belong together. */
function bySiblings(directory: string): ForeignFolder | undefined {
  const isBeside = (name: string): boolean => existsSync(path.join(directory, '..', name))
  const own = path.basename(directory)
  if (/^(?:deploy|revert|verify)$/.test(own)) {
    const others = ['sqitch.plan', 'sqitch.conf', ...(own === 'revert' ? ['deploy'] : ['revert'])]
    const found = others.find(isBeside)
    if (found !== undefined) return { tool: SQITCH, shownBy: `../${found}` }
  }
  const beside = readdirSync(path.join(directory, '..'))
  const other = GOES_BACK.test(own)
    ? beside.find((name) => GOES_FORWARD.test(name))
    : beside.find((name) => roleInPair(own, (partner) => partner === name.toLowerCase()) === 'down')
  return other === undefined ? undefined : { tool: TWO_FOLDERS, shownBy: `../${other}` }
}

const GOES_BACK = /^(?:down|downs|undo|undos|rollbacks?|reverts?|downgrades?|backwards?)$/i
const GOES_FORWARD = /^(?:up|ups|do|deploy|apply|upgrades?|migrations?|migrate|forwards?)$/i

function isCommitted(name: string): boolean {
  return /^\d{6,}(?:-.*)?\.sql$/.test(name)
}

/** The root of Liquibase names the SQL files that it runs, and what goes back. */
function isChangelog(file: string): boolean {
  try {
    return Buffer.from(readHead(file, HEAD_BYTES).bytes).includes('databaseChangeLog')
  } catch (error) {
    if (isOsError(error)) return false
    throw error
  }
}

const CHANGELOG = /\.(?:ya?ml|xml|json)$/i
const HEAD_BYTES = 4096
const MOST = 200

/** Only where there is nothing else to run: a folder `archive/` with a `down.sql` proves nothing. */
function byContents(directory: string, names: ReadonlySet<string>): ForeignFolder | undefined {
  if (names.has('sqitch.conf')) return { tool: SQITCH, shownBy: 'sqitch.conf' }
  if (names.has('deploy') && names.has('revert')) return { tool: SQITCH, shownBy: 'revert' }
  const back = [...names].find(
    (name) => roleInPair(name, (other) => names.has(other)) === 'down' && filesIn(path.join(directory, name)).length > 0,
  )
  if (back !== undefined) return { tool: TWO_FOLDERS, shownBy: back }
  if (filesIn(path.join(directory, 'sqls')).some((name) => name.endsWith('-down.sql'))) return { tool: DB_MIGRATE, shownBy: 'sqls' }
  return bySubFolders(directory, '', DEPTH)
}

/** As Hasura has them: `default/1_a/down.sql`. */
const DEPTH = 2

function bySubFolders(directory: string, base: string, depth: number): ForeignFolder | undefined {
  for (const name of filesIn(path.join(directory, base)).toSorted().slice(0, MOST)) {
    const folder = path.join(base, name)
    const inside = filesIn(path.join(directory, folder))
    const each = inside.find((file) => file === 'down.sql' || file === 'up.sql')
    if (each !== undefined) return { tool: FOLDER_EACH, shownBy: path.join(folder, inside.includes('down.sql') ? 'down.sql' : each) }
    const versioned = inside.find((file) => /^(?:[VU]\d+(?:[._]\d+)*|R)__/.test(file))
    if (versioned !== undefined) return { tool: FLYWAY, shownBy: path.join(folder, versioned) }
    const found = depth === 1 ? undefined : bySubFolders(directory, folder, depth - 1)
    if (found !== undefined) return found
  }
  return undefined
}

/** Empty for what is not a folder. */
function filesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch (error) {
    if (isOsError(error)) return []
    throw error
  }
}
