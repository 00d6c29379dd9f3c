import type { Diagnostic } from '../../core/diagnostics.ts'
import type { SkillsError } from '../../core/errors.ts'

/**
 * One document for each run that reaches the command, successful or not. The schema describes this version of the package
 * exactly. Later versions can add keys; `schemaVersion` changes when a key is removed or its meaning changes.
 */
export interface Envelope {
  schemaVersion: 1
  command: string
  /** Whether the exit code is 0. */
  ok: boolean
  /** What the command found or did; null when it did not get that far. */
  report: object | null
  error?: ReportedError
}

/** Why the command stopped. Absent when the run itself had no fault, also when its answer is no (exit code 1). */
export interface ReportedError {
  /**
   * An error code, see docs/codes.md. Its meaning never changes.
   * @pattern ^[A-Z][A-Z_]*$
   */
  code: string
  message: string
  /** What to do about it. */
  hint?: string
  /** The database that it is about, without a password, and the setting that chose it. Absent when there is a report. */
  database?: string
  /** The places in files that it is about. Absent when there is a report: the report has them. */
  diagnostics?: readonly Diagnostic[]
}

/** Wraps a report; `docs/output.schema.json` describes it. */
export function envelope(command: string, ok: boolean, report: object | null, error?: SkillsError): Envelope {
  return {
    schemaVersion: 1,
    command,
    ok,
    report,
    ...(error === undefined ? {} : { error: reported(error, report === null) }),
  }
}

function reported({ code, message, hint, database, diagnostics }: SkillsError, withPlaces: boolean): ReportedError {
  return {
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(database === undefined ? {} : { database }),
    ...(withPlaces && diagnostics.length > 0 ? { diagnostics } : {}),
  }
}
