import type { Db } from '../db/db.ts'
import type { CachedSkill } from './listed-skill.ts'
import { fetchSkills } from './listed-skill.ts'
import { RegistryCache } from './registry-cache.ts'
import { RegistryListener } from './registry-listener.ts'
import { Sessions } from './sessions.ts'

/** Where sessions come from. */
export interface SessionSource {
  /** A session that does not keep the process alive; for a given one always the same. */
  open: () => Promise<Db>
  /** `server`: any number of sessions; `embedded`: one; `given`: the caller's one, which is not closed. */
  kind: 'server' | 'embedded' | 'given'
}

export interface SkillsConnectionOptions {
  /** Asked once, when it is needed first. */
  source: () => Promise<SessionSource>
  /** At most so many sessions with a server, besides the one that listens. */
  maxConnections: number
  timeoutMs: number
  /** How long the list of skills is good when changes are not heard of. */
  cacheTtlMs: number
  warn: (code: string, message: string) => void
}

/** When changes are heard of, the list is read again all the same after a while. */
const HEARING_TTL_MS = 300_000

/** The application's sessions with the database and the list of skills, both opened when they are needed. */
export class SkillsConnection {
  readonly #options: SkillsConnectionOptions
  readonly #cache: RegistryCache
  #opened: Promise<{ sessions: Sessions; source: SessionSource }> | undefined
  #listener: RegistryListener | undefined

  constructor(options: SkillsConnectionOptions) {
    this.#options = options
    this.#cache = new RegistryCache({
      load: () => this.run(fetchSkills, { again: true }),
      ttlMs: () => (this.#listener?.isHearing === true ? Math.max(HEARING_TTL_MS, options.cacheTtlMs) : options.cacheTtlMs),
      warn: options.warn,
    })
  }

  /** See `Sessions.run`. */
  async run<T>(work: (db: Db) => Promise<T>, options: { again?: boolean; background?: boolean } = {}): Promise<T> {
    const { sessions } = await this.#open()
    return sessions.run(work, options)
  }

  /** The enabled skills. */
  async skills(): Promise<readonly CachedSkill[]> {
    if (this.#listener === undefined) await this.#listen()
    return this.#cache.read()
  }

  async close(): Promise<void> {
    await this.#listener?.stop()
    if (this.#opened === undefined) return
    const opened = await this.#opened.catch(() => undefined)
    await opened?.sessions.close()
  }

  async #listen(): Promise<void> {
    const { source } = await this.#open()
    if (this.#listener !== undefined) return
    this.#listener = new RegistryListener({ open: source.open, shared: source.kind === 'given', onChange: () => this.#cache.drop() })
    // nobody else can have an embedded database open
    if (source.kind !== 'embedded') this.#listener.start()
  }

  #open(): Promise<{ sessions: Sessions; source: SessionSource }> {
    const { source, maxConnections, timeoutMs } = this.#options
    this.#opened ??= source().then((from) => ({
      source: from,
      sessions: new Sessions({
        open: from.open,
        max: from.kind === 'server' ? maxConnections : 1,
        timeoutMs,
        given: from.kind === 'given',
      }),
    }))
    return this.#opened
  }
}
