import { appliedByKey, splitAtMarks, textOf, type ImportRules, type TheirFolder, type TheirMigration } from '../import-rules.ts'
import { undoesBefore } from '../undoes-before.ts'
import type { Mark, Role, Tool } from '../tool.ts'

const rules: ImportRules = {
  folder: 'migrations',
  ledger: { table: 'pgmigrations' },
  read: (folder) => {
    const names = folder.list().filter((name) => !name.startsWith('.') && /\.[^.]+$/.test(name))
    const programs = names.filter((name) => /\.[cm]?[jt]s$/.test(name) && !name.endsWith('.d.ts'))
    return {
      migrations: names
        .filter((name) => name.endsWith('.sql'))
        .flatMap((name) => readFile(folder, name) ?? [])
        .toSorted((a, b) => timeOf(a.key) - timeOf(b.key) || (a.key < b.key ? -1 : 1)),
      others: programs.map((file) => ({ file, key: withoutExtension(file), reason: 'a program in JavaScript' })),
      left: [],
    }
  },
  applied: (rows, migrations) =>
    appliedByKey(
      rows.map((row) => textOf(row, 'name')),
      migrations,
    ),
}

/**
 * `-- Up Migration`, `-- Down Migration`. The tool also reads a longer comment that begins so; this counts only beside the
 * other direction, because it can be prose: `-- Down migration: not possible`.
 */
export const nodePgMigrate: Tool = {
  name: 'node-pg-migrate',
  title: 'node-pg-migrate',
  comment: roleOf,
  owns: (marks, text) => {
    const down = marks.filter(({ role }) => role === 'down')
    return down.length > 0 && (down.length < marks.length || down.some((mark) => isAlone(mark) || undoesBefore(text, mark.offset)))
  },
  import: rules,
}

function roleOf(text: string): Role | undefined {
  const [, direction] = /^--[\s-]*(up|down)\s+migration/i.exec(text) ?? []
  return direction === undefined ? undefined : direction.toLowerCase() === 'up' ? 'up' : 'down'
}

function isAlone({ text }: Mark): boolean {
  return /^--[\s-]*down\s+migration[^\p{L}\p{N}]*$/iu.test(text)
}

/** As the tool cuts a file: at the first comment of each direction, in any order. Without one for up, all before down is up. */
function readFile(folder: TheirFolder, file: string): TheirMigration | undefined {
  const text = folder.text(file)
  if (text === undefined) return undefined
  const seen = new Set<Role>()
  const { before, parts } = splitAtMarks(text, (line) => {
    const role = roleOf(line.trimStart())
    if (role === undefined || seen.has(role)) return undefined
    seen.add(role)
    return role
  })
  return {
    key: withoutExtension(file),
    file,
    name: withoutExtension(file),
    up: parts.find(({ role }) => role === 'up')?.text ?? before,
    down: parts.find(({ role }) => role === 'down')?.text ?? '',
    noTransaction: /^\s*--[\s-]*no\s*transaction/i.test(text),
  }
}

function withoutExtension(file: string): string {
  return file.replace(/\.[^.]+$/, '')
}

/** A name begins with milliseconds (13 digits), with a UTC time of 17 digits, or with another number. */
function timeOf(name: string): number {
  const digits = /^\d+/.exec(name)?.[0] ?? ''
  if (digits.length !== 17) return digits === '' ? Infinity : Number(digits)
  const [, y = '', mo = '', d = '', h = '', mi = '', s = '', ms = ''] = /^(....)(..)(..)(..)(..)(..)(...)$/.exec(digits) ?? []
  return Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}.${ms}Z`) || Number(digits)
}
