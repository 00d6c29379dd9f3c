import {
  textOf,
  type ImportRules,
  type LedgerEntry,
  type TheirFolder,
  type TheirMigration,
  type TheirMigrations,
  type TheirState,
} from '../import-rules.ts'
import type { Role, Tool } from '../tool.ts'
import { crc32OfLines } from './flyway-checksum.ts'

const rules: ImportRules = {
  folder: 'db/migration',
  ledger: { table: 'flyway_schema_history' },
  read: readFolder,
  applied: stateOf,
}

/**
 * `V1__name.sql`, `U1__name.sql` (goes back), `R__name.sql` (repeatable), `B1__name.sql` (a baseline, instead of older files). A
 * folder of V names alone counts too: V10 comes after V2 for Flyway, and before it by name.
 */
export const flyway: Tool = {
  name: 'flyway',
  title: 'Flyway',
  fileName: (name, others) => {
    const [found, letter = 'R'] = /^(?:([VUB])\d+(?:[._]\d+)*|R)__/i.exec(name) ?? []
    if (found !== undefined) return ROLES[letter.toUpperCase()]
    return CALLBACK.test(name) ? 'mark' : roleBeside(name, others)
  },
  import: rules,
}

/** Prefixes and separators are settings of Flyway: `V1-a.sql` beside `U1-a.sql`. One of them alone is a name like any other. */
function roleBeside(name: string, others: ReadonlySet<string>): Role | undefined {
  const own = versionOf(name)
  if (own === undefined) return undefined
  const wanted = own.startsWith('v') ? `u${own.slice(1)}` : `v${own.slice(1)}`
  if (![...others].some((other) => versionOf(other) === wanted)) return undefined
  return own.startsWith('v') ? 'up' : 'down'
}

/** `v1.2` of `V1.2-a.sql` and of `V1.2.sql`. */
function versionOf(name: string): string | undefined {
  const [found] = /^[VU][\d.]+/i.exec(name) ?? []
  return found?.toLowerCase().replace(/\.$/, '')
}

const CALLBACK =
  /^(?:before|after)(?:Each)?(?:Migrate|Undo|Clean|Info|Validate|Baseline|Repair|Versioned|Repeatables)(?:Statement)?(?:Error|Applied|OperationFinish)?(?:__[^]*)?\.sql$/

const ROLES: Readonly<Record<string, Role>> = { V: 'up', U: 'down', B: 'mark', R: 'mark' }
const NAME = /^(?:([VUB])(\d+(?:[._]\d+)*)|R)__([^/]*)\.(\w+)$/i
/** With other settings of Flyway. */
const OTHER_NAME = /^([VUB])(\d+(?:\.\d+)*)[-_]([^/]*)\.(\w+)$/i

interface FlywayFile {
  letter: string
  /** Without zeros at the start and at the end: `1.0` and `1` are one version. */
  version: string
  description: string
  extension: string
  file: string
}

function readFolder(folder: TheirFolder): TheirMigrations {
  const files = filesBelow(folder, '')
  const usual = filesNamed(files, NAME)
  const found = usual.length > 0 ? usual : filesNamed(files, OTHER_NAME)
  const sql = found.filter(({ extension }) => extension === 'sql')
  const versioned = sql.filter(({ letter }) => letter === 'V').toSorted((a, b) => compareVersions(a.version, b.version))
  const repeatable = sql.filter(({ letter }) => letter === 'R').toSorted((a, b) => (a.description < b.description ? -1 : 1))
  const parts = Math.max(1, ...versioned.map(({ version }) => version.split('.').length))
  const undo = new Map(sql.filter(({ letter }) => letter === 'U').map(({ version, file }) => [version, file]))
  const migrations = [...versioned, ...repeatable].flatMap(({ letter, version, description, file }): TheirMigration[] => {
    const text = folder.text(file)
    if (text === undefined) return []
    const back = undo.get(version)
    const isRepeatable = letter === 'R'
    const full = [...version.split('.'), ...Array.from({ length: parts }, () => '0')].slice(0, parts).join('.')
    return [
      {
        key: isRepeatable ? `R__${description}` : version,
        file,
        name: isRepeatable ? `repeatable_${description}` : `${full}_${description}`,
        up: text,
        down: isRepeatable || back === undefined ? '' : (folder.text(back) ?? ''),
        repeatable: isRepeatable,
        noTransaction: runsOutside(folder.text(`${file}.conf`) ?? ''),
        placeholders: { pattern: /\$\{[^{}$\n]{1,200}\}/g, inQuotes: true },
        digest: String(crc32OfLines(text)),
      },
    ]
  })
  return {
    migrations,
    others: found
      .filter(({ extension, letter }) => /^(?:java|class|kt|py|sh|ps1|cmd|bat)$/.test(extension) && letter !== 'U')
      .map(({ file, version, letter, description }) => ({
        file,
        key: letter === 'R' ? `R__${description}` : version,
        reason: 'a program',
      })),
    left: sql.filter(({ letter }) => letter === 'B').map(({ file }) => ({ file, reason: 'a baseline that replaces older files' })),
  }
}

function filesNamed(files: readonly string[], pattern: RegExp): FlywayFile[] {
  return files.flatMap((file): FlywayFile[] => {
    const [, letter = 'R', version = '', description = '', extension = ''] = pattern.exec(file.slice(file.lastIndexOf('/') + 1)) ?? []
    if (extension === '') return []
    return [{ letter: letter.toUpperCase(), version: canonical(version), description, extension: extension.toLowerCase(), file }]
  })
}

/** The settings of one file. */
function runsOutside(settings: string): boolean {
  return settings.split('\n').some((line) => line.replace(/\s/g, '').toLowerCase() === 'executeintransaction=false')
}

/** Flyway reads sub-folders too. */
function filesBelow(folder: TheirFolder, base: string): string[] {
  return folder.list(base).flatMap((name) => {
    const file = base === '' ? name : `${base}/${name}`
    if (name.startsWith('.') || name === 'node_modules') return []
    return name.includes('.') ? [file] : filesBelow(folder, file)
  })
}

function canonical(version: string): string {
  const parts = version.split(/[._]/).map((part) => part.replace(/^0+(?=\d)/, ''))
  while (parts.length > 1 && parts.at(-1) === '0') parts.pop()
  return parts.join('.')
}

function compareVersions(a: string, b: string): number {
  const [x, y] = [a.split('.'), b.split('.')]
  for (let i = 0; i < Math.max(x.length, y.length); i++) {
    const [p, q] = [x[i] ?? '0', y[i] ?? '0']
    if (p !== q) return p.length - q.length || (p < q ? -1 : 1)
  }
  return 0
}

/** The rows are a history: the last row of a version counts, and what is below a baseline is as if applied. */
function stateOf(rows: readonly LedgerEntry[], migrations: readonly TheirMigration[]): TheirState {
  const failed = rows.find((row) => row['success'] !== true)
  const last = new Map<string, LedgerEntry>()
  let baseline: string | undefined
  for (const row of rows.toSorted((a, b) => Number(a['installed_rank']) - Number(b['installed_rank']))) {
    const version = textOf(row, 'version')
    const type = textOf(row, 'type')
    if (type === 'SCHEMA') continue
    if (type === 'BASELINE') baseline = canonical(version)
    else last.set(version === '' ? (/^R__[^]*(?=\.\w+$)/.exec(baseName(textOf(row, 'script')))?.[0] ?? '') : canonical(version), row)
  }
  const isApplied = ({ key, repeatable, digest }: TheirMigration): boolean => {
    const row = last.get(key)
    if (row === undefined) return repeatable !== true && baseline !== undefined && compareVersions(key, baseline) <= 0
    if (/^(?:UNDO|DELETE)/.test(textOf(row, 'type'))) return false
    // Flyway runs a repeatable file again when it changed
    return repeatable !== true || textOf(row, 'checksum') === digest
  }
  const applied = new Set(migrations.filter(isApplied))
  const known = new Set(migrations.map(({ key }) => key))
  const gone = [...last].filter(([key, row]) => !known.has(key) && !/^(?:UNDO|DELETE)/.test(textOf(row, 'type')))
  return {
    applied,
    unknown: gone.map(([key]) => key),
    changed: [...applied].filter(({ key, digest }) => {
      const checksum = last.get(key)?.['checksum']
      return typeof checksum === 'number' && String(checksum) !== digest
    }),
    ...(failed === undefined
      ? {}
      : {
          unclear: {
            reason: `${textOf(failed, 'script')} failed, and a part of it can be applied`,
            hint: 'complete or undo that migration by hand, run `flyway repair`, and import again',
          },
        }),
  }
}

function baseName(script: string): string {
  return script.slice(script.lastIndexOf('/') + 1)
}
