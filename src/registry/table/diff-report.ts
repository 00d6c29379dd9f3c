import { bytewise } from '../../core/bytewise.ts'
import { parseFileDigests } from '../skill/skill-files.ts'
import type { SkillFolder } from '../reading/read-folder.ts'
import type { FieldChange, FileChange, SyncReport } from './sync-report.ts'

/** What a sync would do with one skill. */
export interface DiffEntry {
  id: string
  change: 'added' | 'changed' | 'disabled' | 'deleted'
  /** The folder, relative to the working directory; null when it does not exist. */
  path: string | null
  /** The columns and keys of meta that would change, with their old and new values; empty for a new skill. */
  fields: FieldChange[]
  /** The files of the skill that differ; null if the row does not have the digests of its files. */
  files: FileChange[] | null
}

/** What a sync would do. Ids are bytewise in order. */
export interface DiffReport extends Pick<
  SyncReport,
  'roots' | 'unchanged' | 'invalid' | 'pruneSkipped' | 'operatorOverrides' | 'diagnostics'
> {
  skills: DiffEntry[]
}

/** The report of a dry run, with the files of each skill. */
export function diffReport(report: SyncReport, folder: SkillFolder): DiffReport {
  const { roots, added, changed, disabled, deleted, unchanged, invalid, pruneSkipped, operatorOverrides, diagnostics } = report
  const manifests = new Map(folder.skills.map(({ id, fileDigests }) => [id, fileDigests]))
  const filesOfNew = (id: string): FileChange[] =>
    parseFileDigests(manifests.get(id) ?? '').map(({ path }) => ({ path, change: 'added' as const }))
  const skills: DiffEntry[] = [
    ...added.map(({ id, path }) => ({ id, change: 'added' as const, path, fields: [], files: filesOfNew(id) })),
    ...changed.map(({ id, path, fields, files }) => ({ id, change: 'changed' as const, path, fields, files: files ?? null })),
    ...disabled.map((id) => gone(id, 'disabled')),
    ...deleted.map((id) => gone(id, 'deleted')),
  ]
  return {
    roots,
    skills: skills.toSorted((a, b) => bytewise(a.id, b.id)),
    unchanged,
    invalid,
    ...(pruneSkipped === undefined ? {} : { pruneSkipped }),
    operatorOverrides,
    diagnostics,
  }
}

function gone(id: string, change: 'disabled' | 'deleted'): DiffEntry {
  return { id, change, path: null, fields: [], files: [] }
}
