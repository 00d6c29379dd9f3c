import { formatDuration } from '../../../core/durations.ts'
import { plural, printable } from '../../../core/text.ts'
import type { AppliedMigration, ExistingObject, MigrateReport, PendingMigration } from '../../../migrations/run/report.ts'
import type { Style } from '../../../render/style.ts'
import { folderLines } from '../../output/folder-lines.ts'
import { databaseLine, type DatabaseReport } from '../../output/database-view.ts'

/** More statements do not fit on a screen. */
const MANY = 24

/** The result of `skills migrate`: one line when there was nothing to do. */
export function migrateView(report: MigrateReport & { database: DatabaseReport }, style: Style, failed: boolean): string[] {
  const head = databaseLine(report.database, style)
  const notes = notesOf(report, style)
  if (!failed && report.applied.length === 0 && report.pending.length === 0 && report.recorded.length === 0) {
    return [`${head}: ${style.green('up to date')}, ${plural(report.alreadyApplied, 'migration')} applied`, ...notes]
  }
  if (report.dryRun)
    return [
      head,
      ...report.pending.flatMap((pending) => plannedLines(pending, style)),
      ...recordedLines(report, style),
      ...notes,
      ...(failed ? [] : ['dry run, nothing written']),
    ]
  return [
    head,
    ...report.applied.flatMap((migration) => appliedLines(migration, style)),
    ...recordedLines(report, style),
    ...notes,
    ...pendingLines(report, style, failed),
    ...(failed ? [] : [summary(report, style)]),
  ]
}

/** The statements of a pending file: all of them when they are few, and always those with hazards. */
function plannedLines({ file, repeatable, statements, role, checks = [], plan = [] }: PendingMigration, style: Style): string[] {
  const shown = plan.length > MANY ? plan.filter(({ hazards }) => hazards.length > 0) : plan
  return [
    `  ${style.cyan('would apply')} ${printable(file)} ${style.dim(`(${kindOf(repeatable)}${plural(statements, 'statement')}${underRole(role)})`)}`,
    ...checks.map(({ line, text }) => `    ${style.dim(`${line}: check`)} ${printable(text)}`),
    ...shown.flatMap(({ line, text, hazards }) => [
      `    ${style.dim(`${line}:`)} ${printable(text)}`,
      ...hazards.flatMap(({ lock, blocks, table, message, advice, code }) => [
        `      ${style.yellow('!')} ${printable(message)} ${style.dim(`(${lock}${table === undefined ? '' : ` on ${printable(table)}`}, blocks ${blocks}) [${code}]`)}`,
        `        ${style.cyan('→')} ${printable(advice)}`,
      ]),
    ]),
  ]
}

function appliedLines(migration: AppliedMigration, style: Style): string[] {
  const { file, repeatable, statements, role, durationMs, existing } = migration
  const head = `  ${style.green('applied')} ${printable(file)} ${style.dim(`(${kindOf(repeatable)}${plural(statements, 'statement')}, ${formatDuration(durationMs)}${underRole(role)})`)}`
  if (existing.length === 0) return [head]
  return [head, `    existing objects, not changed:`, ...existing.flatMap((object) => existingLines(object, style))]
}

function recordedLines({ recorded, dryRun }: MigrateReport, style: Style): string[] {
  const word = dryRun ? style.cyan('would record') : style.green('recorded')
  return recorded.map((version) => `  ${word} ${printable(version)} ${style.dim('(what it replaces is applied, so it does not run)')}`)
}

function underRole(role: string | undefined): string {
  return role === undefined ? '' : `, as ${printable(role)}`
}

function kindOf(repeatable: boolean): string {
  return repeatable ? 'repeatable, ' : ''
}

function existingLines({ line, kind, name, how, sqlstate, same, differences, writes = [] }: ExistingObject, style: Style): string[] {
  const reason = how === 'tolerated' ? `skipped, SQLSTATE ${sqlstate ?? ''}` : how
  const sameness = same === undefined ? '' : same ? style.green('same as in the file') : style.yellow('DIFFERENT from the file')
  return [
    `      ${kind} ${printable(name)} ${style.dim(`(line ${line}, ${reason})`)}${sameness === '' ? '' : `: ${sameness}`}`,
    ...(differences ?? []).map((difference) => `        ${printable(difference)}`),
    ...writes.map(({ file, line: at, verb }) => {
      const where = file === undefined ? `line ${at}` : `${printable(file)}:${at}`
      return `        ${style.yellow('!')} ${where}: ${verb} ${file === undefined ? 'changed' : 'changes'} its rows`
    }),
  ]
}

function notesOf(report: MigrateReport, style: Style): string[] {
  const note = (versions: readonly string[], text: string): string[] =>
    versions.map((version) => `  ${style.yellow('note')} ${printable(version)} ${text}`)
  return [
    ...report.notices.map((notice) => `  ${style.dim('notice')} ${printable(notice)}`),
    ...writerLines(report, style),
    ...ownerLines(report, style),
    ...folderLines(report.folderNotes, style),
    ...note(report.outOfOrder, 'is out of order: it sorts before an applied migration'),
    ...report.renamed.map(
      ({ from, to }) =>
        `  ${style.cyan(report.dryRun ? 'would rename' : 'renamed')} ${printable(from)} to ${printable(to)} in the ledger: it is applied, and its file has this name now`,
    ),
    ...note(report.missing, 'is applied, but its file does not exist'),
    ...wasRenamed(report),
    ...(report.adopted.length > 0 && report.applied.length > 0
      ? [`  ${style.dim(`${plural(report.adopted.length, 'migration')} adopted from an older ledger, without a digest to compare`)}`]
      : []),
  ]
}

/** One warning, and the statement or option that ends it. */
function writerLines({ schema, schemaWriters, publicCreateRevoked }: MigrateReport, style: Style): string[] {
  const done = publicCreateRevoked ? [`  ${style.green('revoked')} CREATE on the schema ${printable(schema)} from PUBLIC`] : []
  if (schemaWriters.length === 0) return done
  const names = schemaWriters.map(({ role }) => printable(role ?? 'PUBLIC')).join(', ')
  const roles = schemaWriters.flatMap(({ role, revoke }) => (role === null ? [] : [printable(revoke)]))
  const remedies = [...(schemaWriters.length > roles.length ? ['pass --revoke-public-create'] : []), ...roles]
  return [
    ...done,
    `  ${style.yellow('warning')} other roles can create objects in the schema ${printable(schema)}: ${names}`,
    `    ${style.cyan('→')} ${remedies.join('; ')}`,
  ]
}

function ownerLines({ schema, foreignOwners }: MigrateReport, style: Style): string[] {
  if (foreignOwners.length === 0) return []
  const owners = foreignOwners.map(printable).join(', ')
  return [
    `  ${style.yellow('warning')} a superuser migrates the schema ${printable(schema)} of ${owners}: code that ${owners} adds to it runs with the privileges of a superuser`,
    `    ${style.cyan('→')} connect as ${owners}`,
  ]
}

function pendingLines({ pending }: MigrateReport, style: Style, failed: boolean): string[] {
  return failed ? pending.map(({ file }) => `  ${style.yellow('not applied')} ${printable(file)}`) : []
}

function summary({ applied, alreadyApplied }: MigrateReport, style: Style): string {
  const before = alreadyApplied === 0 ? '' : `, ${alreadyApplied} applied before`
  return `${style.green('done')}: ${plural(applied.length, 'migration')} applied${before}`
}

/** A file that was renamed and changed cannot be recognised. */
function wasRenamed({ missing, pending }: MigrateReport): string[] {
  const [next] = pending
  const [from] = missing
  if (next === undefined || from === undefined) return []
  const example = `skills migrate repair ${printable(next.version)} --renamed-from ${printable(from)}`
  return [`    if a pending file is one of them, renamed and changed: ${example}`]
}
