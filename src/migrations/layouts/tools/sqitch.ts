import path from 'node:path'
import { textAfter } from '../../../core/text.ts'
import { textOf, type ImportRules, type TheirFolder, type TheirMigration, type TheirState } from '../import-rules.ts'
import type { Tool } from '../tool.ts'

const rules: ImportRules = {
  folder: '.',
  ledger: { schema: 'sqitch', table: 'changes' },
  read: (folder) => {
    const top = topOf(folder)
    const plan = top.text('sqitch.plan')
    const changes = plan === undefined ? [] : readPlan(plan).map((change) => ({ change, migration: readChange(top, change) }))
    return {
      migrations: changes.flatMap(({ migration }) => migration ?? []),
      others: [],
      left: changes
        .filter(({ migration }) => migration === undefined)
        .map(({ change }) => ({ file: `deploy/${change.name}.sql`, reason: 'the plan has the change, and this file does not exist' })),
    }
  },
  applied: stateOf,
}

/**
 * The first comment of a script that goes back: `-- Revert project:name from pg`, in older versions `-- Revert name`, which can be prose in a
 * file of another name. The folders are found by `foreignFolder`.
 */
export const sqitch: Tool = {
  name: 'sqitch',
  title: 'Sqitch',
  comment: (text) => (HEADER.test(text) || OLD_HEADER.test(text) ? 'down' : undefined),
  owns: (marks, text, name) =>
    marks.some((mark) => HEADER.test(mark.text) || (isNamed(mark.text, name) && /^\ufeff?\s*$/.test(text.slice(0, mark.offset)))),
  import: rules,
}

const HEADER = /^--\s*Revert\s+[\w./@-]+:[\w./@-]+\s+from\s+\w+$/i
const OLD_HEADER = /^--\s*Revert\s+(?:[\w.@-]+:)?([\w./@-]+)(?:\s+from\s+\w+)?$/i

/** Whether an old header names the file: `schema/users` in `users.sql`. */
function isNamed(text: string, name: string): boolean {
  const [, change] = OLD_HEADER.exec(text) ?? []
  return change !== undefined && path.posix.basename(change).toLowerCase() === name.replace(/\.sql$/i, '').toLowerCase()
}

/** The folder with the plan: this one, the one that sqitch.conf names, or the one above `deploy`. */
function topOf(folder: TheirFolder): TheirFolder {
  if (folder.text('sqitch.plan') !== undefined) return folder
  const settings = (folder.text('sqitch.conf') ?? '').split('\n').map((line) => line.trim())
  const named = settings.find((line) => /^top_dir[ \t=]/.test(line))
  return folder.at(named === undefined ? '..' : textAfter(named, '=').trim())
}

interface PlannedChange {
  /** Its place in the plan, from 1. */
  number: number
  name: string
  /** For a change that was reworked later: the tags before the rework. */
  tags: string[] | undefined
}

/** The changes of a plan. A change that is there twice was reworked: its older script has the name of a tag between the two. */
function readPlan(plan: string): PlannedChange[] {
  const changes: PlannedChange[] = []
  const open = new Map<string, { change: PlannedChange; tags: string[] }>()
  for (const line of plan.split(/\r?\n/)) {
    const [, sign = '', name] = /^([-+@%#]?)\s*([^\s@%#[\]]+)/.exec(line.trim()) ?? []
    if (name === undefined || sign === '%' || sign === '#' || sign === '-') continue
    if (sign === '@') for (const { tags } of open.values()) tags.push(name)
    else {
      const before = open.get(name)
      if (before !== undefined) before.change.tags = before.tags
      const change: PlannedChange = { number: changes.length + 1, name, tags: undefined }
      changes.push(change)
      open.set(name, { change, tags: [] })
    }
  }
  return changes
}

function readChange(top: TheirFolder, { number, name, tags }: PlannedChange): TheirMigration | undefined {
  const suffix = tags === undefined ? '' : tags.map((tag) => `@${tag}`).find((tag) => top.text(`deploy/${name}${tag}.sql`) !== undefined)
  const file = `deploy/${name}${suffix ?? ''}.sql`
  const text = top.text(file)
  if (text === undefined) return undefined
  return {
    key: name,
    file,
    name: `${String(number).padStart(4, '0')}_${name.replaceAll('/', '_')}`,
    up: text,
    down: top.text(`revert/${name}${suffix ?? ''}.sql`) ?? '',
    placeholders: { pattern: /(?<![:\w]):(?:[A-Za-z_]\w*|'[A-Za-z_]\w*'|"[A-Za-z_]\w*")/g, inQuotes: false },
  }
}

/** The ledger has a row for each deployed change. A reworked change has one for each time, so the first ones are applied. */
function stateOf(rows: Parameters<ImportRules['applied']>[0], migrations: readonly TheirMigration[]): TheirState {
  const counts = new Map<string, number>()
  for (const row of rows) counts.set(textOf(row, 'change'), (counts.get(textOf(row, 'change')) ?? 0) + 1)
  const applied = new Set<TheirMigration>()
  for (const migration of migrations) {
    const left = counts.get(migration.key) ?? 0
    if (left > 0) applied.add(migration)
    counts.set(migration.key, left - 1)
  }
  return { applied, unknown: [...counts].filter(([, left]) => left > 0).map(([change]) => change) }
}
