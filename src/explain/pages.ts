import type { Severity } from '../core/diagnostics.ts'
import { nearest } from '../core/text.ts'

/** Where a code comes from, in the order of the list. */
export const CODE_KINDS = ['error', 'check', 'rule', 'hazard'] as const

/** `sqlstate` is a code of PostgreSQL: it has a page, but is not in the list. */
export type CodeKind = (typeof CODE_KINDS)[number] | 'sqlstate'

/** What `skills explain` prints about a code. */
export interface CodePage {
  code: string
  kind: CodeKind
  /** One line without a full stop. */
  title: string
  /** Short facts: `exit code 3`, `severity error`. */
  facts: string[]
  /** Paragraphs. */
  meaning: string[]
  /** How the fault looks. `language` is the language of a Markdown block. */
  example: { language: string; text: string }
  /** Sentences or commands, the most likely first. */
  remedies: string[]
}

/** What is known about an error code. */
export interface ErrorFacts {
  title: string
  meaning: string
  /** A command and its output. */
  example: string
  /** Sentences or commands, the most likely first. */
  remedies: readonly string[]
  exitCode: number
}

/** The pages of the error codes, by code. */
export function errorPages(errors: Readonly<Record<string, ErrorFacts>>): CodePage[] {
  return Object.entries(errors)
    .map(([code, { title, meaning, example, remedies, exitCode }]): CodePage => ({
      code,
      kind: 'error',
      title,
      facts: [`exit code ${exitCode}`],
      meaning: [meaning],
      example: { language: 'console', text: example },
      remedies: [...remedies],
    }))
    .toSorted((a, b) => (a.code < b.code ? -1 : 1))
}

/** What the header of a check in `sql/verify` says. */
export interface CheckFacts {
  id: string
  title: string
  severity: 'error' | 'warning' | 'info'
  remedy: string
  /** When it fails, the checks that follow are skipped. */
  gate?: boolean
  /** What a fault means. */
  about: string
  /** A typical fault. */
  example: { object: string; expected: string; actual: string } | undefined
}

/** The pages of the checks of `skills verify`, in the order in which they run. */
export function checkPages(checks: readonly CheckFacts[]): CodePage[] {
  return checks.map(({ id, title, severity, remedy, gate, about, example }) => ({
    code: id,
    kind: 'check',
    title,
    facts: [`severity ${severity}`, ...(gate === true ? ['when it fails, the checks that follow are skipped'] : [])],
    meaning: about === '' ? [] : [about],
    example: {
      language: 'console',
      text: example === undefined ? '' : `${example.object}\n  expected ${example.expected}\n  actual   ${example.actual}`,
    },
    remedies: [remedy],
  }))
}

/** A rule of `skills lint`, with an example. */
export interface RuleFacts {
  severity: Severity
  /** What is wrong when the rule fires. */
  title: string
  fix: string
  source: 'specification' | 'yaml' | 'registry' | 'safety'
  /** The severity cannot be changed. */
  fixed?: true
  /** `skills lint --fix` can fix it. */
  fixable?: true
  /** Front matter (`keys`), a whole SKILL.md (`file`) or commands beside `skills/` (`shell`), without and with the fault. */
  example: { form: 'keys' | 'file' | 'shell'; wrong: string; right: string }
}

const SOURCES: Readonly<Record<RuleFacts['source'], string>> = {
  specification: 'The Agent Skills specification requires it. Other clients read these files too.',
  yaml: 'The front matter is YAML, and YAML requires it.',
  registry: 'The columns of `skills_registry`, and the agents that read them, require it.',
  safety: 'It protects against hostile or damaged files.',
}

/** The pages of the rules of `skills lint` and `skills sync`, in the order given. */
export function rulePages(rules: Readonly<Record<string, RuleFacts>>): CodePage[] {
  return Object.entries(rules).map(([code, { severity, title, fix, source, fixed, fixable, example }]) => ({
    code,
    kind: 'rule',
    title,
    facts: [`severity ${severity}`, fixed === true ? 'cannot be changed' : 'can be changed in the configuration file'],
    meaning: [SOURCES[source]],
    example: exampleOf(example),
    remedies: [fix, ...(fixable === true ? ['`skills lint --fix` can fix it'] : [])],
  }))
}

function exampleOf({ form, wrong, right }: RuleFacts['example']): CodePage['example'] {
  const [before, after] = form === 'shell' ? ['# causes it', '# fixes it'] : ['# wrong', '# right']
  return { language: form === 'shell' ? 'sh' : 'yaml', text: [before, wrong.trimEnd(), after, right.trimEnd()].join('\n') }
}

/** A hazard: a statement that causes it, and what `skills migrate --dry-run` prints for that statement. */
export interface HazardFacts {
  code: string
  title: string
  /** The statement. */
  sql: string
  /** Lock mode, such as `ACCESS EXCLUSIVE`; `NONE` without a lock. */
  lock: string
  blocks: 'reads and writes' | 'writes' | 'nothing'
  /** Whether the statement rewrites the data of the table. */
  rewrite: boolean
  message: string
  advice: string
}

const BLOCKS: Readonly<Record<HazardFacts['blocks'], string>> = {
  'reads and writes': 'others cannot read or write',
  writes: 'others cannot write',
  nothing: 'others can read and write',
}

/** The pages of the hazards, in the order given. */
export function hazardPages(hazards: readonly HazardFacts[]): CodePage[] {
  return hazards.map(({ code, title, sql, lock, blocks, rewrite, message, advice }) => ({
    code,
    kind: 'hazard',
    title,
    facts: [lock === 'NONE' ? 'no lock' : `lock ${lock}`, BLOCKS[blocks], ...(rewrite ? ['rewrites the data'] : [])],
    meaning: [`In the example: ${message}.`, '`skills migrate --dry-run` prints it. It never stops a migration.'],
    example: { language: 'sql', text: sql },
    remedies: [advice],
  }))
}

/** What is known about SQLSTATE codes. */
export interface SqlstateFacts {
  /** The classes of PostgreSQL by their two characters. */
  classes: Readonly<Record<string, string>>
  /** Codes with a text of their own. `message` is a message of the server. */
  texts: Readonly<Record<string, { title: string; message: string; remedies: readonly string[] }>>
}

/** The page of a SQLSTATE, or of its class; undefined for a text that is not a SQLSTATE. */
export function sqlstatePage(word: string, { classes, texts }: SqlstateFacts): CodePage | undefined {
  const code = word.trim().toUpperCase()
  if (!/^[0-9A-Z]{5}$/.test(code)) return undefined
  const about = classes[code.slice(0, 2)]
  if (about === undefined) return undefined
  const known = texts[code]
  return {
    code,
    kind: 'sqlstate',
    title: known === undefined ? `PostgreSQL, class ${code.slice(0, 2)}: ${about}` : `PostgreSQL: ${known.title}`,
    facts: ['SQLSTATE of the server'],
    meaning: [
      'The server refused a statement with this code. The appendix "PostgreSQL Error Codes" of the PostgreSQL manual lists all codes.',
    ],
    example: { language: 'console', text: `db/001_notes.sql:2:15 error ${known?.message ?? 'the message of the server'} [${code}]` },
    remedies: [...(known?.remedies ?? ['read the message and the place before it: the code only gives the kind of error'])],
  }
}

/** The page of a code, in upper or lower case, with spaces or hyphens for underscores; or the code that was probably meant. */
export function findPage(pages: readonly CodePage[], word: string): { page?: CodePage; near?: string } {
  const wanted = normal(word)
  const page = pages.find(({ code }) => normal(code) === wanted)
  if (page !== undefined) return { page }
  const codes = pages.map(({ code }) => normal(code))
  const near = nearest(wanted, codes) ?? codes.find((code) => wanted.length > 3 && code.includes(wanted))
  const found = pages.find(({ code }) => normal(code) === near)
  return found === undefined ? {} : { near: found.code }
}

function normal(code: string): string {
  return code
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, '-')
}
