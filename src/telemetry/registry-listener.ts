import type { Db, Notification } from '../db/db.ts'
import { backoffMs } from './faults.ts'

export interface RegistryListenerOptions {
  /** Opens a session for this alone, or gives the one there is. */
  open: () => Promise<Db>
  /** The session is somebody else's too, and stays open. */
  shared: boolean
  /** The registry has changed, or may have while nobody listened. */
  onChange: () => void
}

/** The channel on which `skills sync` and others tell that rows of the registry have changed. */
const CHANNEL = 'skills_registry'
const HEARTBEAT_MS = 30_000

/**
 * Hears of changes through LISTEN, on a session of its own that is opened again when it is lost. Behind a transaction pooler
 * there is no session to listen on: then it gives up, and the cache lives by its time alone.
 */
export class RegistryListener {
  readonly #options: RegistryListenerOptions
  #db: Db | undefined
  #timer: NodeJS.Timeout | undefined
  #failures = 0
  #isStopped = false
  #isHearing = false

  constructor(options: RegistryListenerOptions) {
    this.#options = options
  }

  /** Whether a change would be heard of at once. */
  get isHearing(): boolean {
    return this.#isHearing
  }

  start(): void {
    void this.#connect()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#isHearing = false
    clearTimeout(this.#timer)
    if (!this.#options.shared) await this.#db?.close().catch(() => undefined)
  }

  async #connect(): Promise<void> {
    try {
      const db = await this.#options.open()
      this.#db = db
      if (db.info.pooled || this.#isStopped) {
        this.#isStopped = true
        if (!this.#options.shared) await db.close()
        return
      }
      db.onNotification((notification) => this.#hear(db, notification))
      db.onEnd(() => this.#lost())
      await db.exec(`LISTEN ${CHANNEL}`)
      this.#failures = 0
      this.#isHearing = true
      // what changed before
      this.#options.onChange()
      if (!this.#options.shared) this.#beat(db)
    } catch {
      if (!this.#options.shared) await this.#db?.close().catch(() => undefined)
      this.#again()
    }
  }

  /** A connection can be dead without anybody having said so. */
  #beat(db: Db): void {
    this.#timer = setTimeout(() => {
      const late = setTimeout(() => void db.close().catch(() => undefined), HEARTBEAT_MS).unref()
      db.exec('SELECT 1').then(
        () => {
          clearTimeout(late)
          if (this.#isHearing && this.#db === db) this.#beat(db)
        },
        () => void db.close().catch(() => undefined),
      )
    }, HEARTBEAT_MS).unref()
  }

  #hear(db: Db, { channel, payload }: Notification): void {
    if (channel === CHANNEL && !this.#isStopped && schemaIn(payload, db.info.schema) === db.info.schema) this.#options.onChange()
  }

  #lost(): void {
    if (this.#isStopped || !this.#isHearing) return
    this.#isHearing = false
    this.#options.onChange()
    this.#again()
  }

  #again(): void {
    if (this.#isStopped || this.#options.shared) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#connect(), backoffMs(this.#failures++)).unref()
  }
}

/** The schema that a payload names, `{"schema": "public", "ids": [...]}`; ours for one that names none. */
function schemaIn(payload: string, ours: string): string {
  try {
    const { schema } = JSON.parse(payload) as { schema?: unknown }
    return typeof schema === 'string' ? schema : ours
  } catch {
    return ours
  }
}
