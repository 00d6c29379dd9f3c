import { SkillsError } from '../core/errors.ts'
import type { Db } from '../db/db.ts'
import { writeBatch } from './batch.ts'
import { watchProcessEnd } from './process-end.ts'
import { Replay } from './replay.ts'
import type { Rollout } from './rollout.ts'
import type { Skills } from './skills-client.ts'
import { createSkillsClient } from './skills-client.ts'
import type { SessionSource } from './skills-connection.ts'
import { SkillsConnection } from './skills-connection.ts'
import { SpillFolder } from './spill.ts'
import { UsageWriter } from './usage-writer.ts'

export interface SkillsOptions {
  /** Whether skills are in use at all; SKILLS_ENABLED unless given. */
  enabled?: boolean
  /** Log as ever, marked, but offer nothing; SKILLS_SHADOW_MODE unless given. */
  shadow?: boolean
  /** How many percent of the users get the skills of each trust level, such as `{ 1: 5, 2: 25 }`; 100 where not given. */
  rollout?: Rollout
  /** How long the list of skills is good when changes are not heard of; 30 s unless given. */
  cacheTtlMs?: number
  /** At most so many connections, besides one that listens for changes; 2 unless given. */
  maxConnections?: number
  /** A query without an answer for so long has failed; 15 s unless given. */
  queryTimeoutMs?: number
  /** Events in memory, at most; 10,000 unless given. */
  maxBuffered?: number
  /** A batch is sent when it has so many events; 1,000 unless given. */
  batchSize?: number
  /** A batch is sent when its first event has waited so long; 1 s unless given. */
  flushMs?: number
  /** Folder for events that find no room in memory, or are left at the end; SKILLS_SPILL_DIR, else `.skills/spill`. False: they are dropped. */
  spillDir?: string | false
  /** The spill folder holds no more than this; 256 MiB unless given. */
  maxSpillBytes?: number
  /** False: signals and the end of the process are left alone; the application calls `close`. */
  atExit?: boolean
  /** Hears of trouble in the background; `process.emitWarning` unless given. */
  onWarning?: (warning: { code: string; message: string }) => void
}

type Environment = Readonly<Record<string, string | undefined>>

/** Connects nothing yet: the first use does. Throws USAGE for options that cannot be. */
export function createSkillsFrom(source: () => Promise<SessionSource>, options: SkillsOptions, env: Environment): Skills {
  checkOptions(options)
  const warn = quietly(options.onWarning ?? emitWarning)
  const enabled = options.enabled ?? isOn(env['SKILLS_ENABLED'])
  const connection = new SkillsConnection({
    source,
    maxConnections: options.maxConnections ?? 2,
    timeoutMs: options.queryTimeoutMs ?? 15_000,
    cacheTtlMs: options.cacheTtlMs ?? 30_000,
    warn,
  })
  const directory = options.spillDir ?? (env['SKILLS_SPILL_DIR'] || DEFAULT_SPILL)
  const spill = directory === false ? undefined : new SpillFolder(directory, options.maxSpillBytes ?? 256 * 1024 * 1024)
  const writer = new UsageWriter({
    write: (batch) => connection.run((db: Db) => writeBatch(db, batch), { background: true }),
    spill,
    replay: spill === undefined ? undefined : new Replay(spill, warn),
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
  if (enabled) writer.start()
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

function emitWarning({ code, message }: { code: string; message: string }): void {
  process.emitWarning(message, { type: 'SkillsWarning', code })
}

/** Who listens to warnings must not break what warns. */
function quietly(listener: NonNullable<SkillsOptions['onWarning']>): (code: string, message: string) => void {
  return (code, message) => {
    try {
      listener({ code, message })
    } catch {
      // nothing to tell it to
    }
  }
}

function checkOptions(options: SkillsOptions): void {
  for (const name of ['cacheTtlMs', 'maxConnections', 'queryTimeoutMs', 'maxBuffered', 'batchSize', 'flushMs', 'maxSpillBytes'] as const) {
    const value = options[name]
    if (value !== undefined && !(Number.isFinite(value) && value > 0)) throw new SkillsError('USAGE', `${name} is not a number above 0`)
  }
  for (const [level, percent] of Object.entries(options.rollout ?? {})) {
    if (!/^[1-5]$/.test(level) || typeof percent !== 'number' || !(percent >= 0 && percent <= 100))
      throw new SkillsError('USAGE', `rollout: ${level} is not a trust level from 1 to 5 with a percentage from 0 to 100`)
  }
}
