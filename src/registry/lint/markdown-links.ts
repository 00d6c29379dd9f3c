import type { Position } from '../../core/positions.ts'
import { LineIndex } from '../../core/positions.ts'

/** A link of a Markdown text to a file beside it. */
export interface LocalLink {
  /** As it is written, without what follows `#` or `?`, percent-decoded. */
  target: string
  place: Position
}

/**
 * The links, images and link definitions of a Markdown text that lead to files: no URLs, no anchors, nothing in code or
 * comments, and no stand-ins such as `path`, `<file>` or `{name}`. Each target once.
 */
export function localLinks(markdown: string): LocalLink[] {
  const text = withoutCode(markdown)
  const lines = new LineIndex(markdown)
  const found = new Map<string, LocalLink>()
  for (const pattern of [INLINE, DEFINITION]) {
    for (const match of text.matchAll(pattern)) {
      const written = match[1] ?? match[2] ?? ''
      const target = localTarget(written)
      if (target === undefined || found.has(target)) continue
      found.set(target, { target, place: lines.positionAt(match.index + match[0].lastIndexOf(written)) })
    }
  }
  return [...found.values()].toSorted((a, b) => a.place.line - b.place.line || a.place.column - b.place.column)
}

/** `](target` of a link or image; a target in angle brackets may have spaces. */
const INLINE = /\]\([ \t]*(?:<([^<>\n]{1,1000})>|([^\s()<>]{1,1000}))/g
/** `[name]: target` at the beginning of a line; `[^1]:` is a footnote. */
const DEFINITION = /^ {0,3}\[[^\]^\n][^\]\n]{0,200}\]:[ \t]+(?:<([^<>\n]{1,1000})>|([^\s<>]{1,1000}))/gm

function localTarget(written: string): string | undefined {
  const bare = written.replace(/[?#].*$/, '')
  if (bare === '' || /^(?:[a-z][a-z0-9+.-]*:|\/)/i.test(bare)) return undefined
  // `[text](path)` explains how links are written; a file has a dot in its name, or a folder above it
  if (!/[./]/.test(bare) || /[{}$*|\\]|\.\.\.|…/.test(bare)) return undefined
  try {
    return decodeURIComponent(bare)
  } catch {
    return bare
  }
}

/** The text with spaces for fenced code, code spans and comments, so that offsets stay. */
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
  return lines
    .join('\n')
    .replace(/<!--[^]*?-->/g, blank)
    .replace(/(?<!`)(`{1,3})(?!`)[^`\n]+\1(?!`)/g, blank)
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ')
}
