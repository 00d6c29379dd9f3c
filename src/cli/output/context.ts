import type { Diagnostic } from '../../core/diagnostics.ts'
import type { ExitCode, SkillsError } from '../../core/errors.ts'
import type { ReportRun } from '../../render/reporters/report-run.ts'
import type { Style } from '../../render/style.ts'
import type { Io } from './io.ts'
import type { Progress } from './progress.ts'

/** What a command works with. It returns data; the shell prints. */
export interface Context {
  env: Readonly<Record<string, string | undefined>>
  cwd: string
  io: Io
  progress: Progress
  /** The database that the settings chose, for errors. Set when the settings are known. */
  database?: string
}

/** What a command returns. */
export interface CommandResult<Report extends object = object> {
  /** For `--json`; null when there is only an error. */
  report: Report | null
  /** For people: the lines of the report on stdout. */
  view?: (style: Style, width: number) => string[]
  /** Diagnostics that are the result itself: printed on stdout, before the view. */
  findings?: readonly Diagnostic[]
  /** One document for stdout instead of the view, also with `--quiet`; or its parts, which end with a line. With `--json` it is not printed. */
  document?: string | Iterable<string>
  /** For the reporters of CI systems: each check with its result. */
  checks?: Pick<ReportRun, 'results' | 'properties'>
  exit?: ExitCode
  error?: SkillsError
}
