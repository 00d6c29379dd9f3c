import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { SkillsError } from '../../core/errors.ts'
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
  if (names.has('committed') && (names.has('current.sql') || names.has('current'))) return { tool: GRAPHILE, shownBy: 'committed' }
  return bySiblings(path.resolve(directory)) ?? (hasFiles ? undefined : byContents(directory, names))
}

const SQITCH = { name: 'sqitch', title: 'Sqitch' }
const GRAPHILE = { name: 'graphile', title: 'graphile-migrate' }
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
  return own === 'down' && isBeside('up') ? { tool: TWO_FOLDERS, shownBy: '../up' } : undefined
}

const MOST = 200

/** Only where there is nothing else to run: a folder `archive/` with a `down.sql` proves nothing. */
function byContents(directory: string, names: ReadonlySet<string>): ForeignFolder | undefined {
  if (names.has('sqitch.conf')) return { tool: SQITCH, shownBy: 'sqitch.conf' }
  if (names.has('deploy') && names.has('revert')) return { tool: SQITCH, shownBy: 'revert' }
  if (names.has('up') && names.has('down')) return { tool: TWO_FOLDERS, shownBy: 'down' }
  for (const name of [...names].toSorted().slice(0, MOST)) {
    const shownBy = ['down.sql', 'up.sql'].map((file) => path.join(name, file)).find((file) => existsSync(path.join(directory, file)))
    if (shownBy !== undefined) return { tool: FOLDER_EACH, shownBy }
  }
  return hasDownFile(path.join(directory, 'sqls')) ? { tool: DB_MIGRATE, shownBy: 'sqls' } : undefined
}

function hasDownFile(directory: string): boolean {
  return existsSync(directory) && readdirSync(directory).some((name) => name.endsWith('-down.sql'))
}
