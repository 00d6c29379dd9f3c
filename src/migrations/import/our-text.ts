import { Scanner } from '../../sqltext/lexer/scanner.ts'
import { classify } from '../../sqltext/statements/classify.ts'
import { splitStatements, type SplitResult } from '../../sqltext/statements/split.ts'
import type { TheirMigration } from '../layouts/import-rules.ts'

/** A migration as we write it. */
export interface OurText {
  text: string
  /** What could not be translated, with its UTF-16 offset in the text. */
  notTranslated: { offset: number; message: string; hint: string }[]
}

/** The text of our file: the directives, what goes forward, and what goes back as comments that no tool reads. */
export function ourText(title: string, migration: TheirMigration): OurText {
  const { file, repeatable, down } = migration
  const up = withoutTransaction(migration.up.replace(/^\ufeff/, '').replaceAll('\r\n', '\n'))
  const { statements } = splitStatements(up)
  const outside = migration.noTransaction === true || statements.some(({ text }) => classify(text).outsideTransaction !== undefined)
  const text = [
    ...(outside ? ['-- skills: no-transaction\n'] : []),
    ...(repeatable === true ? ['-- skills: repeatable\n'] : []),
    `-- ${title}: ${oneLine(file)}\n\n`,
    `${up.trim()}\n`,
    ...(statements.length === 0 ? ['SELECT 1; -- this migration has no statement\n'] : []),
    ...wayBack(title, down),
  ].join('')
  return { text, notTranslated: findUntranslated(text, migration) }
}

/**
 * Without the BEGIN and COMMIT around the whole text: a file has a transaction of its own. Where there are others, the text
 * stays, and they are named.
 */
function withoutTransaction(text: string): string {
  const { statements } = splitStatements(text)
  const ends = statements.filter((statement) => classify(statement.text).transaction !== undefined)
  const [first, last] = ends
  const isAround = ends.length === 2 && first === statements[0] && last === statements.at(-1)
  if (
    !isAround ||
    first === undefined ||
    last === undefined ||
    !/^(?:begin|start)\b/i.test(first.text) ||
    !/^(?:commit|end)\b/i.test(last.text)
  )
    return text
  return [
    text.slice(0, first.start),
    text.slice(afterSemicolon(text, first.end), last.start),
    text.slice(afterSemicolon(text, last.end)),
  ].join('')
}

function afterSemicolon(text: string, end: number): number {
  const at = text.indexOf(';', end)
  return at === -1 ? text.length : at + 1
}

/** The bar keeps other tools, and our own search for their layouts, from reading the lines. */
function wayBack(title: string, down: string): string[] {
  const lines = down.trim().split(/\r\n|\r|\n/)
  if (lines.join('') === '') return []
  return [`\n-- What goes back, for ${title}. It never runs.\n`, ...lines.map((line) => `--| ${line}`.trimEnd().concat('\n'))]
}

function findUntranslated(text: string, { placeholders, up }: TheirMigration): OurText['notTranslated'] {
  const back = text.indexOf('\n--| ')
  const code = back === -1 ? text : text.slice(0, back)
  const split = splitStatements(code)
  if (up === '') return []
  return [
    ...unknownPlaceholders(code, placeholders),
    ...controls(split),
    ...split.faults.map(({ offset, message }) => ({ offset, message, hint: 'change it before the file runs' })),
  ]
}

function unknownPlaceholders(text: string, placeholders: TheirMigration['placeholders']): OurText['notTranslated'] {
  if (placeholders === undefined) return []
  const strings = placeholders.inQuotes ? [] : stringsOf(text)
  const found = [...text.matchAll(placeholders.pattern)].filter(
    ({ index }) => !strings.some(({ start, end }) => index > start && index < end),
  )
  return found.map(({ 0: placeholder, index }) => ({
    offset: index,
    message: `the placeholder ${placeholder} is not translated`,
    hint: 'write its value, or a variable of `skills migrate --var`',
  }))
}

function stringsOf(text: string): { start: number; end: number }[] {
  const scanner = new Scanner(text)
  const found: { start: number; end: number }[] = []
  for (let kind = scanner.next(); kind !== 'end'; kind = scanner.next())
    if (kind === 'string') found.push({ start: scanner.start, end: scanner.end })
  return found
}

function controls({ statements }: SplitResult): OurText['notTranslated'] {
  return statements
    .filter(({ text }) => classify(text).transaction !== undefined)
    .map(({ text, start }) => ({
      offset: start,
      message: `${oneLine(text)} at the top level is not translated`,
      hint: 'remove it: a file is one transaction; or divide the file',
    }))
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ')
}
