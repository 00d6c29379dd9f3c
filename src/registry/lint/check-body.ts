import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Diagnostic } from '../../core/diagnostics.ts'
import { grouped, textBefore } from '../../core/text.ts'
import { oneLine } from '../skill/paths.ts'
import { ruleDiagnostic } from '../rules/rules.ts'
import { HEAD_BYTES, splitFrontMatter } from '../front-matter/split-front-matter.ts'
import { LineIndex, type Position } from '../../core/positions.ts'

/** The rest of a longer file is not read: the longest of 70,000 public skills has 300 KB. */
export const MAX_SKILL_FILE: number = 4 * 1024 * 1024
const MAX_LINES = 500

/**
 * Checks the text below the front matter, if front matter is found. A sync does not need this: the text is not in the database.
 * `file` is the path of SKILL.md in diagnostics, `folder` its folder, absolute.
 */
export function checkBody(bytes: Uint8Array, file: string, folder: string): Diagnostic[] {
  const split = splitFrontMatter(bytes.subarray(0, HEAD_BYTES), bytes.length > HEAD_BYTES)
  if (!split.ok) return []
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  const closing = text.indexOf('\n', split.text.length)
  if (closing === -1) return []
  const first = split.text.split('\n').length + 1
  const body = text.slice(closing + 1)
  return [...checkLength(body, file, first), ...checkLinks(body, file, folder, first)]
}

function checkLength(body: string, file: string, first: number): Diagnostic[] {
  const count = body.trimEnd().split('\n').length
  if (count <= MAX_LINES) return []
  return [
    ruleDiagnostic('SKILL_BODY_LENGTH', `the text has ${grouped(count)} lines (recommended: at most ${MAX_LINES})`, file, {
      line: first,
      column: 1,
    }),
  ]
}

function checkLinks(body: string, file: string, folder: string, first: number): Diagnostic[] {
  return localLinks(body).flatMap(({ target, place }) => {
    const at = { line: place.line + first - 1, column: place.column }
    const relative = path.posix.normalize(target)
    if (relative === '..' || relative.startsWith('../'))
      return [ruleDiagnostic('SKILL_LINK_OUTSIDE', `the link ${oneLine(target)} points outside the folder of the skill`, file, at)]
    if (target.includes('\u0000') || !existsSync(path.join(folder, relative)))
      return [ruleDiagnostic('SKILL_LINK_BROKEN', `the link ${oneLine(target)} points to a file that does not exist`, file, at)]
    return []
  })
}

/** A link of a Markdown text to a local file. */
interface LocalLink {
  /** As written, without `#` and `?` and what follows, percent-decoded. */
  target: string
  place: Position
}

/**
 * The links, images and link definitions of a Markdown text that point to files: no URLs, no anchors, nothing in code or
 * comments, and no placeholders such as `path`, `<file>` or `{name}`. Each target once.
 */
function localLinks(markdown: string): LocalLink[] {
  const text = withoutCode(markdown)
  const lines = new LineIndex(markdown)
  const found = new Map<string, LocalLink>()
  const see = (match: RegExpExecArray, start: number): void => {
    const written = match[1] ?? match[2] ?? ''
    const target = localTarget(written)
    if (target === undefined || found.has(target)) return
    found.set(target, { target, place: lines.positionAt(start + match.index + match[0].lastIndexOf(written)) })
  }
  let start = 0
  for (const line of text.split('\n')) {
    for (const match of line.matchAll(INLINE)) see(match, start)
    const definition = DEFINITION.exec(line.slice(0, LONGEST_DEFINITION))
    if (definition !== null) see(definition, start)
    start += line.length + 1
  }
  return [...found.values()].toSorted((a, b) => a.place.line - b.place.line || a.place.column - b.place.column)
}

/** `](target` of a link or image. A target in angle brackets can contain spaces. */
const INLINE = /\]\([ \t]*(?:<([^<>]{1,1000})>|([^\s()<>]{1,1000}))/g
/** `[name]: target` at the beginning of a line; `[^1]:` is a footnote. */
const DEFINITION = /^ ? ? ?\[[^\]^][^\]]*\]:[ \t]+(?:<([^<>]+)>|([^\s<>]+))/
const LONGEST_DEFINITION = 1200

function localTarget(written: string): string | undefined {
  const bare = textBefore(textBefore(written, '?'), '#')
  if (bare === '' || /^(?:[a-z][a-z0-9+.-]*:|\/)/i.test(bare)) return undefined
  // `[text](path)` is an explanation of links; a file has a dot in its name or is in a folder
  if (!/[./]/.test(bare) || /[{}$*|\\]|\.\.\.|…/.test(bare)) return undefined
  try {
    return decodeURIComponent(bare)
  } catch {
    return bare
  }
}

/** The text with spaces in place of fenced code, code spans and comments, so that offsets do not change. */
function withoutCode(markdown: string): string {
  let fence: string | undefined
  const lines = markdown.split('\n').map((line) => {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1]
    if (fence === undefined) {
      fence = mark
      return mark === undefined ? line : blank(line)
    }
    if (mark !== undefined && mark.startsWith(fence) && line.trim() === mark) fence = undefined
    return blank(line)
  })
  return withoutComments(lines.join('\n')).replace(/(?<!`)(`{1,3})(?!`)[^`\n]+\1(?!`)/g, blank)
}

function withoutComments(text: string): string {
  const parts: string[] = []
  let at = 0
  for (;;) {
    const start = text.indexOf('<!--', at)
    const end = start === -1 ? -1 : text.indexOf('-->', start + 4)
    if (end === -1) return [...parts, text.slice(at)].join('')
    parts.push(text.slice(at, start), blank(text.slice(start, end + 3)))
    at = end + 3
  }
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ')
}
