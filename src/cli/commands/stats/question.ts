import { parseDuration } from '../../../core/durations.ts'
import { SkillsError } from '../../../core/errors.ts'
import type { DatabaseTarget } from '../../../core/target.ts'
import { nearest } from '../../../core/text.ts'
import type { StatsCallOptions } from '../../../api/stats.ts'
import type { Dimension } from '../../../stats/report.ts'
import type { eventTail } from '../../../api/event-tail.ts'
import { DIMENSIONS } from '../../../stats/read-groups.ts'
import type { CommonFlags, DatabaseFlags } from '../../run/context.ts'

export interface StatsFlags extends CommonFlags, DatabaseFlags {
  since?: string
  limit?: string
  cooccurrence?: boolean
  by?: string
  compare?: string
  funnel?: boolean
  user?: string
  exact?: boolean
  tail?: boolean
  ndjson?: boolean
  watch?: string
  html?: string
  csv?: boolean
}

/** What of a tail the command line asks for. */
export function tailOptionsOf({ user, limit }: StatsFlags, skill: string | undefined): Parameters<typeof eventTail>[0] {
  return { skill, user, limit: readLimit(limit, 10, 0) }
}

/** The interval of a watch in ms. */
export function intervalOf({ watch = '' }: StatsFlags): number {
  const everyMs = parseDuration(watch, '--watch')
  if (everyMs < SHORTEST_MS || everyMs > LONGEST_MS) throw wrong(`--watch: "${watch}" is not between 100ms and 1d`, 'such as --watch 5s')
  return everyMs
}

const [SHORTEST_MS, LONGEST_MS] = [100, 86_400_000]

/** The question that the command line asks. Throws USAGE for two questions at once. */
export function questionOf(flags: StatsFlags, skill: string | undefined): StatsCallOptions {
  if (flags.ndjson === true) throw wrong('--ndjson goes with --tail', '--json gives the answer to any other question')
  const views = (['cooccurrence', 'by', 'compare', 'funnel', 'user'] as const).filter((name) => flags[name] !== undefined)
  if (views.length > 1) throw wrong(`--${views[0] ?? ''} and --${views[1] ?? ''} are two questions`, 'ask one at a time')
  if (flags.compare !== undefined && flags.since !== undefined)
    throw wrong('--compare takes no --since', 'its value is the length of both periods')
  return {
    skill,
    sinceMs: flags.since === undefined ? undefined : parseDuration(flags.since, '--since'),
    limit: readLimit(flags.limit, 20, 1),
    cooccurrence: flags.cooccurrence === true,
    by: readDimension(flags.by),
    compareMs: flags.compare === undefined ? undefined : parseDuration(flags.compare, '--compare'),
    funnel: flags.funnel,
    user: flags.user,
    exact: flags.exact,
  }
}

function readLimit(text: string | undefined, standard: number, least: number): number {
  const limit = text === undefined ? standard : Number(text.trim() === '' ? Number.NaN : text)
  if (!Number.isSafeInteger(limit) || limit < least)
    throw wrong(`--limit: "${text ?? ''}" is not a whole number from ${least} to ${Number.MAX_SAFE_INTEGER}`, 'such as --limit 50')
  return limit
}

function readDimension(text: string | undefined): Dimension | undefined {
  const found = DIMENSIONS.find((dimension) => dimension === text)
  if (found !== undefined || text === undefined) return found
  const near = nearest(text, DIMENSIONS)
  throw wrong(
    `--by: "${text}" is none of ${DIMENSIONS.join(', ')}`,
    near === undefined ? 'such as --by tier' : `did you mean --by ${near}?`,
  )
}

function wrong(message: string, hint: string): SkillsError {
  return new SkillsError('USAGE', message, { hint })
}

/** Throws USAGE for what a tail cannot be. */
export function refuseForTail(flags: StatsFlags): void {
  const other = (['since', 'cooccurrence', 'by', 'compare', 'funnel', 'exact', 'watch', 'html', 'csv'] as const).find(
    (name) => flags[name] !== undefined && flags[name] !== false,
  )
  if (other !== undefined)
    throw wrong(`--tail and --${other} exclude each other`, 'a tail shows single events; it takes a skill, --user and --limit')
  if (flags.json === true) throw wrong('--tail has no end, and --json is one document', '--ndjson prints a JSON object a line')
  if (flags.quiet === true) throw wrong('--tail and --quiet exclude each other', 'without its lines there is nothing left of a tail')
}

/** Throws USAGE for what cannot be asked again and again. */
export function refuseForWatch({ html, csv, json, quiet }: StatsFlags): void {
  const other = html !== undefined ? '--html' : csv === true ? '--csv' : json === true ? '--json' : quiet === true ? '--quiet' : undefined
  if (other === undefined) return
  throw wrong(`--watch and ${other} exclude each other`, 'a watch shows text until Ctrl-C; for other forms ask from a loop of your shell')
}

/** Throws USAGE: while one process has an embedded database open, no other one can write to it, and nothing would ever change. */
export function refuseEmbedded(target: DatabaseTarget, option: string): void {
  if (target.kind === 'server') return
  throw wrong(
    `${option} needs a server: nobody else can write to an embedded database while this runs`,
    'set DATABASE_URL or say --database-url',
  )
}

export function refuseTwoDocuments({ html, csv, json }: StatsFlags): void {
  if (html === '') throw wrong('--html names no file', 'such as --html report.html')
  const onStdout = [...(html === '-' ? ['--html -'] : []), ...(csv === true ? ['--csv'] : []), ...(json === true ? ['--json'] : [])]
  if (onStdout.length > 1)
    throw wrong(
      `${onStdout.join(' and ')} cannot share standard output`,
      'give the page a file: --html report.html, and ask once for each other form',
    )
}
