import type { SkillsError } from '../../core/errors.ts'

/** The one JSON document of a `--json` run. */
export interface Envelope {
  schemaVersion: 1
  command: string
  ok: boolean
  report: object | null
  error?: { code: string; message: string; hint?: string }
}

/** Wraps a report; `docs/output.schema.json` describes it. */
export function envelope(command: string, ok: boolean, report: object | null, error?: SkillsError): Envelope {
  return {
    schemaVersion: 1,
    command,
    ok,
    report,
    ...(error === undefined
      ? {}
      : { error: { code: error.code, message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) } }),
  }
}
