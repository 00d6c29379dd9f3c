import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Diagnostic } from '../../core/diagnostics.ts'
import { grouped } from '../../core/text.ts'
import { oneLine } from '../skill/display.ts'
import { finding } from '../skill/finding.ts'
import { localLinks } from './markdown-links.ts'
import { HEAD_BYTES, splitFrontMatter } from '../front-matter/split-front-matter.ts'

/** More than this of a file is not read: the longest among 70,000 public skills has 300 KB. */
export const MAX_SKILL_FILE: number = 4 * 1024 * 1024
const MAX_LINES = 500

/**
 * What is to be said of the text below the front matter; nothing while the front matter itself cannot be found. A sync does
 * not ask: the database does not hold this text. `file` is how SKILL.md is called in findings, `folder` its folder, absolute.
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
    finding('SKILL_BODY_LENGTH', `the text has ${grouped(count)} lines, the advice is at most ${MAX_LINES}`, file, {
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
      return [finding('SKILL_LINK_OUTSIDE', `the link ${oneLine(target)} leads out of the folder of the skill`, file, at)]
    if (target.includes('\u0000') || !existsSync(path.join(folder, relative)))
      return [finding('SKILL_LINK_BROKEN', `the link ${oneLine(target)} leads to a file that does not exist`, file, at)]
    return []
  })
}
