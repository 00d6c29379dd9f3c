import type { Db } from '../db/db.ts'
import { ConnectionPool } from './connection-pool.ts'
import { fetchSkills, type KnownSkill } from './listed-skill.ts'
import { RegistryCache } from './registry-cache.ts'
import { RegistryListener } from './registry-listener.ts'
import { reachedBy, type SpillOwner } from './spill-owner.ts'

/** Where connections come from. */
export interface ConnectionSource {
  /** Opens a connection that does not keep the process alive; for `given` it always returns the same one. */
  open: () => Promise<Db>
  /** `server`: any number of connections; `embedded`: one; `given`: one that the application owns and closes. */
  kind: 'server' | 'embedded' | 'given'
  /** The database as configured. */
  target: Required<Pick<SpillOwner, 'place' | 'configured'>>
}

export interface SkillsConnectionOptions {
  /** Called once, on first use. */
  source: () => Promise<ConnectionSource>
  /** A digest of what the source chooses the database from. */
  inputs: string
  /** Connections to a server, at most, besides the one that listens. */
  maxConnections: number
  timeoutMs: number
  /** How long the list of skills is valid while changes are not received. */
  cacheTtlMs: number
  warn: (code: string, message: string) => void
}

/** Also while changes are received, the list is read again after this time. */
const LISTENING_TTL_MS = 300_000

/** The application's connections and its list of skills, both opened on first use. */
export class SkillsConnection {
  readonly #options: SkillsConnectionOptions
  readonly #cache: RegistryCache
  #opened: Promise<{ pool: ConnectionPool; source: ConnectionSource }> | undefined
  #listener: RegistryListener | undefined
  #owner: SpillOwner
  #onChange: () => void = () => undefined

  constructor(options: SkillsConnectionOptions) {
    this.#options = options
    this.#owner = { place: 'a database that was not chosen yet', inputs: options.inputs }
    this.#cache = new RegistryCache({
      load: () => this.run(fetchSkills, { again: true }),
      ttlMs: () => (this.#listener?.isListening === true ? Math.max(LISTENING_TTL_MS, options.cacheTtlMs) : options.cacheTtlMs),
      warn: options.warn,
    })
  }

  /** The database, as far as it is known: as configured, and then as it was reached. */
  get owner(): SpillOwner {
    return this.#owner
  }

  /** Finds the database without connecting. What is wrong with the configuration is reported by the first use. */
  prepare(): void {
    void this.#open().catch(() => undefined)
  }

  /** The database that this process is connected to. */
  async identify(): Promise<SpillOwner> {
    if (this.#owner.reached === undefined) await this.run(() => Promise.resolve(), { background: true })
    return this.#owner
  }

  /** See `ConnectionPool.run`. */
  async run<T>(work: (db: Db) => Promise<T>, options: { again?: boolean; background?: boolean } = {}): Promise<T> {
    const { pool } = await this.#open()
    return pool.run(work, options)
  }

  /** The enabled skills. */
  async skills(): Promise<readonly KnownSkill[]> {
    if (this.#listener === undefined) await this.#listen()
    return this.#cache.read()
  }

  /** Calls back when the registry has changed, or may have changed; listens from now on. */
  onRegistryChange(listener: () => void): void {
    this.#onChange = listener
    // what is wrong with the connection is reported by those who use it
    if (this.#listener === undefined) void this.#listen().catch(() => undefined)
  }

  async close(): Promise<void> {
    await this.#listener?.stop()
    if (this.#opened === undefined) return
    const opened = await this.#opened.catch(() => undefined)
    await opened?.pool.close()
  }

  #changed(): void {
    this.#cache.drop()
    this.#onChange()
  }

  async #listen(): Promise<void> {
    const { source } = await this.#open()
    if (this.#listener !== undefined) return
    this.#listener = new RegistryListener({ open: source.open, shared: source.kind === 'given', onChange: () => this.#changed() })
    // no other process can have an embedded database open
    if (source.kind !== 'embedded') this.#listener.start()
  }

  #open(): Promise<{ pool: ConnectionPool; source: ConnectionSource }> {
    const { source, maxConnections, timeoutMs } = this.#options
    this.#opened ??= source().then((from) => {
      const chosen: SpillOwner = { ...from.target, inputs: this.#options.inputs }
      this.#owner = chosen
      const open = async (): Promise<Db> => {
        const db = await from.open()
        const reached = await reachedBy(db, chosen.place)
        this.#owner = reached === undefined ? chosen : { ...chosen, reached }
        return db
      }
      const max = from.kind === 'server' ? maxConnections : 1
      const onMoved = (): void => this.#listener?.reconnect()
      return { source: from, pool: new ConnectionPool({ open, max, timeoutMs, given: from.kind === 'given', onMoved }) }
    })
    return this.#opened
  }
}
