import { SkillsError } from '../core/errors.ts'
import { writeBatch } from './batch.ts'
import { watchProcessEnd } from './process-end.ts'
import { Replay } from './replay.ts'
import type { Rollout } from './skill-filter.ts'
import { createSkillsClient, type Skills } from './skills-client.ts'
import { SkillsConnection, type ConnectionSource } from './skills-connection.ts'
import { SpillFolder } from './spill.ts'
import { UsageWriter } from './usage-writer.ts'

export interface SkillsOptions {
  /** Whether skills are in use; SKILLS_ENABLED unless given. */
  enabled?: boolean | undefined
  /** Offer no skills, and log with a mark in the snapshot; SKILLS_SHADOW_MODE unless given. */
  shadow?: boolean | undefined
  /** The percentage of users that get the skills of each trust level, such as `{ 1: 5, 2: 25 }`; 100 where not given. */
  rollout?: Rollout | undefined
  /** How long the list of skills is valid while changes are not received; 30 s unless given. */
  cacheTtlMs?: number | undefined
  /** Connections at most, besides one that listens for changes; 2 unless given. */
  maxConnections?: number | undefined
  /** A query without an answer within this time fails; 15 s unless given. */
  queryTimeoutMs?: number | undefined
  /** Events in memory, at most; 10,000 unless given. */
  maxBuffered?: number | undefined
  /** A batch is sent when it has this many events; 1,000 unless given. */
  batchSize?: number | undefined
  /** A batch is sent when its first event has waited this long; 1 s unless given. */
  flushMs?: number | undefined
  /** Folder for events that do not fit in memory, or are left at the end; SKILLS_SPILL_DIR, else `.skills/spill`. False: they are dropped. */
  spillDir?: string | false | undefined
  /** Limit of the spill folder; 256 MiB unless given. */
  maxSpillBytes?: number | undefined
  /** False: no handlers for signals and for the end of the process; the application calls `close`. */
  atExit?: boolean | undefined
  /** Called for problems in the background; `process.emitWarning` unless given. */
  onWarning?: ((warning: { code: string; message: string }) => void) | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

/** Where connections come from, and a digest of all that it is chosen from. */
export interface SkillsSource {
  find: () => Promise<ConnectionSource>
  inputs: string
}

/** Does not connect yet: the first use does. Throws USAGE for invalid options. */
export function createSkillsFrom({ find, inputs }: SkillsSource, options: SkillsOptions, env: Environment): Skills {
  checkOptions(options)
  const warn = quietly(options.onWarning ?? emitWarning)
  const enabled = options.enabled ?? isOn(env['SKILLS_ENABLED'])
  if (options.enabled === undefined && (env['SKILLS_ENABLED'] ?? '') === '') sayOff(options.onWarning === undefined, warn)
  const connection = new SkillsConnection({
    source: find,
    inputs,
    maxConnections: options.maxConnections ?? 2,
    timeoutMs: options.queryTimeoutMs ?? 15_000,
    cacheTtlMs: options.cacheTtlMs ?? 30_000,
    warn,
  })
  const directory = options.spillDir ?? (env['SKILLS_SPILL_DIR'] || DEFAULT_SPILL)
  const spill =
    directory === false
      ? undefined
      : new SpillFolder({ directory, maxBytes: options.maxSpillBytes ?? 256 * 1024 * 1024, owner: () => connection.owner })
  const replay =
    spill === undefined
      ? undefined
      : new Replay({
          spill,
          identify: () => connection.identify(),
          onWaiting: () => connection.onRegistryChange(() => writer.retry()),
          warn,
        })
  const writer: UsageWriter = new UsageWriter({
    write: (batch, sent) => connection.run((db) => (sent(), writeBatch(db, batch)), { background: true }),
    spill,
    replay,
    maxBuffered: options.maxBuffered ?? 10_000,
    batchSize: options.batchSize ?? 1_000,
    flushMs: options.flushMs ?? 1_000,
    warn,
  })
  const stopWatching =
    enabled && options.atExit !== false
      ? watchProcessEnd({
          hasWork: () => writer.counts.pending > 0,
          finish: () => writer.finish(FINISH_MS),
          abandon: () => writer.spillNow(),
        })
      : () => undefined
  if (enabled) {
    // a process that ends before it was connected must know whose events it spills
    if (spill !== undefined) connection.prepare()
    writer.start()
  }
  return createSkillsClient({
    connection,
    writer,
    enabled,
    shadow: options.shadow ?? isOn(env['SKILLS_SHADOW_MODE']),
    rollout: options.rollout ?? {},
    onClose: stopWatching,
  })
}

const DEFAULT_SPILL = '.skills/spill'
const FINISH_MS = 5_000

function isOn(value: string | undefined): boolean {
  return value !== undefined && !['', '0', 'false', 'off', 'no'].includes(value.trim().toLowerCase())
}

let hasSaidOff = false

/** Once for each process, or for each listener of the application: a process can call createSkills for each request. */
function sayOff(isOfProcess: boolean, warn: (code: string, message: string) => void): void {
  if (isOfProcess && hasSaidOff) return
  hasSaidOff ||= isOfProcess
  warn(
    'SKILLS_OFF',
    'skills are off: createSkills() lists no skills and writes no events. Set SKILLS_ENABLED to 1, or to 0 if that is intended',
  )
}

function emitWarning({ code, message }: { code: string; message: string }): void {
  process.emitWarning(message, { type: 'SkillsWarning', code })
}

/** An error in the application's listener must not break the code that warns. */
function quietly(listener: NonNullable<SkillsOptions['onWarning']>): (code: string, message: string) => void {
  return (code, message) => {
    try {
      listener({ code, message })
    } catch {
      // there is no other way to report it
    }
  }
}

function checkOptions(options: SkillsOptions): void {
  for (const name of ['cacheTtlMs', 'maxConnections', 'queryTimeoutMs', 'maxBuffered', 'batchSize', 'flushMs', 'maxSpillBytes'] as const) {
    const value = options[name]
    if (value !== undefined && !(Number.isFinite(value) && value > 0))
      throw new SkillsError('USAGE', `invalid ${name} (expected a number above 0)`)
  }
  for (const [level, percent] of Object.entries(options.rollout ?? {})) {
    if (!/^[1-5]$/.test(level) || typeof percent !== 'number' || !(percent >= 0 && percent <= 100))
      throw new SkillsError(
        'USAGE',
        `invalid rollout for level ${level} (expected a trust level from 1 to 5 and a percentage from 0 to 100)`,
      )
  }
}
