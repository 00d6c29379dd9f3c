import path from 'node:path'
import { LineIndex } from '../../core/positions.ts'
import { blockComments, commentLines, realComments, type CommentLine } from './comment-lines.ts'
import type { Mark, Role, SqlFile, Tool } from './tool.ts'
import { TOOLS } from './tools/all.ts'

/** A file with the layout of another tool, and the place that shows it. */
export interface ForeignFile {
  tool: Tool
  role: Role
  file: SqlFile
  /** The comment; for a file that its name shows, its first character. */
  line: number
  column: number
  /** The name of the file shows it. */
  byName: boolean
}

/** The files among `files` with the layout of another tool. `all` has the other files of their folders. */
export function foreignFiles(files: readonly SqlFile[], all: readonly SqlFile[]): ForeignFile[] {
  const names = new Map<string, Set<string>>()
  for (const { source, file } of all) {
    const others = names.get(source.directory) ?? new Set()
    names.set(source.directory, others.add(path.basename(file).toLowerCase()))
  }
  return files.flatMap((file) => foreignFile(file, names.get(file.source.directory) ?? new Set()) ?? [])
}

function foreignFile(file: SqlFile, others: ReadonlySet<string>): ForeignFile | undefined {
  // the files of the package are ours
  if (file.source.own) return undefined
  const name = path.basename(file.file)
  for (const tool of TOOLS) {
    const role = tool.fileName?.(name, others)
    if (role !== undefined) return { tool, role, file, line: 1, column: 1, byName: true }
  }
  const mark = decisiveMark(file.text, name)
  if (mark === undefined) return undefined
  return { tool: mark.tool, role: mark.role, file, ...new LineIndex(file.text).positionAt(mark.offset), byName: false }
}

/** The comment that shows the tool: the first one that goes back, or else the first. */
function decisiveMark(text: string, name: string): Mark | undefined {
  const marks = marksOf(text)
  for (const tool of TOOLS) {
    const own = marks.filter((mark) => mark.tool === tool)
    if (own.length > 0 && (tool.owns?.(own, text, name) ?? true)) return own.find(({ role }) => role === 'down') ?? own[0]
  }
  return undefined
}

/** The comments that tools read. Those inside of quotes count only beside one outside, for the tools read lines. */
function marksOf(text: string): Mark[] {
  const marks: Mark[] = []
  const add = (line: CommentLine, tools: readonly Tool[]): void => {
    for (const tool of tools) {
      const role = tool.comment?.(line.text)
      if (role === undefined) continue
      marks.push({ tool, role, ...line })
      break
    }
  }
  for (const line of commentLines(text)) add(line, TOOLS)
  for (const line of blockComments(text)) add(line, OF_BLOCKS)
  marks.sort((a, b) => a.offset - b.offset)
  if (marks.length === 0) return marks
  const real = realComments(text)
  const shown = new Set(marks.filter(({ offset }) => real.has(offset)).map(({ tool }) => tool))
  return marks.filter(({ tool }) => shown.has(tool))
}

const OF_BLOCKS = TOOLS.filter((tool) => tool.blockComments === true)
