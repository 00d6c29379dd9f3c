import type { Diagnostic } from '../../core/diagnostics.ts'
import { SkillsError } from '../../core/errors.ts'
import { plural } from '../../core/text.ts'
import { foreignFiles, type ForeignFile } from './find-layout.ts'
import { refuseForeignFolder } from './foreign-folder.ts'
import type { SqlFile } from './tool.ts'
import { wayOn } from './way-on.ts'

/**
 * Throws FOREIGN_LAYOUT when a file or a folder has the layout of another tool: run as they are, the files would go forward
 * and back again. `pending` are the files that would run, `all` those of their folders.
 */
export function refuseLayouts(pending: readonly SqlFile[], all: readonly SqlFile[]): void {
  const folders = new Map(pending.filter(({ source }) => !source.own).map(({ source }) => [source.directory, source.label]))
  for (const [directory, label] of folders) refuseForeignFolder(directory, label, true)
  const found = foreignFiles(pending, all)
  const [first] = found
  if (first !== undefined) throw foreignLayout(first, found)
}

/** The error for files with the layout of another tool. */
export function foreignLayout(first: ForeignFile, found: readonly ForeignFile[]): SkillsError {
  // the tool of a file that goes back is the surest
  const { tool, file } = found.find(({ role }) => role === 'down') ?? first
  const titles = [...new Set(found.map((one) => one.tool.title))].join(', ')
  const { label } = file.source
  return new SkillsError(
    'FOREIGN_LAYOUT',
    `${plural(found.length, 'pending file')} of ${label} ${found.length === 1 ? 'has' : 'have'} the layout of ${titles}`,
    {
      hint: wayOn(tool, label),
      diagnostics: layoutDiagnostics(found, 'error'),
    },
  )
}

const MOST_DIAGNOSTICS = 20

/** One for each file, those that go back first; at most 20, and then the number of the others. */
export function layoutDiagnostics(found: readonly ForeignFile[], severity: 'error' | 'note'): Diagnostic[] {
  const sorted = [...found.filter(({ role }) => role === 'down'), ...found.filter(({ role }) => role !== 'down')]
  const shown = sorted.slice(0, MOST_DIAGNOSTICS).map((one): Diagnostic => ({
    severity,
    code: 'FOREIGN_LAYOUT',
    message: consequence(one),
    file: one.file.file,
    line: one.line,
    column: one.column,
  }))
  const more = found.length - shown.length
  return more === 0 ? shown : [...shown, { severity, code: 'FOREIGN_LAYOUT', message: `and ${plural(more, 'more file')}` }]
}

/** What would happen if the file ran. */
function consequence({ tool, role, byName }: ForeignFile): string {
  if (role !== 'down')
    return `a migration of ${tool.title}, which knows whether it is applied and in what order; skills would run it by its name`
  return byName
    ? `goes back, by its name (${tool.title}); skills would run it like any other file`
    : `from here on the file goes back (${tool.title}); skills would run this part too`
}
