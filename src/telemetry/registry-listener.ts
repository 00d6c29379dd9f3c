import { LastingConnection } from '../core/lasting-connection.ts'
import type { Db, Notification } from '../db/db.ts'

export interface RegistryListenerOptions {
  /** Opens a connection for the listener alone, or returns the shared one. */
  open: () => Promise<Db>
  /** The connection belongs to the application: it is used while it lives, and never closed or opened again. */
  shared: boolean
  /** The registry has changed, or may have changed while nothing listened. */
  onChange: () => void
}

/** The channel on which `skills sync` and others announce changed rows of the registry. */
const CHANNEL = 'skills_registry'
const HEARTBEAT_MS = 30_000

/**
 * Receives changes of the registry through LISTEN, on a connection of its own that is opened again when it is lost. A
 * transaction pooler keeps no connection to listen on: then the listener stops, and the cache relies on its lifetime.
 */
export class RegistryListener {
  readonly #options: RegistryListenerOptions
  readonly #connection: LastingConnection<Db>
  #isStopped = false
  #isListening = false
  #wake: () => void = () => undefined

  constructor(options: RegistryListenerOptions) {
    this.#options = options
    this.#connection = new LastingConnection({
      open: () => this.#open(),
      ...(options.shared ? { close: () => Promise.resolve() } : {}),
      onLost: () => this.#wake(),
      // the cache is used until the next attempt succeeds
      onFailure: () => {
        if (options.shared) this.#isStopped = true
      },
      sleep: (ms) => this.#sleep(ms),
    })
  }

  /** Whether a change would be received at once. */
  get isListening(): boolean {
    return this.#isListening
  }

  start(): void {
    void this.#run()
  }

  /** Listens on a new connection: the server of this one is not the one that writes any more. */
  reconnect(): void {
    if (this.#options.shared || !this.#connection.isOpen) return
    void this.#connection.drop()
    this.#wake()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#isListening = false
    this.#wake()
    await this.#connection.drop()
  }

  async #run(): Promise<void> {
    for (;;) {
      const db = await this.#connection.get(() => this.#isStopped)
      if (db === undefined) return
      this.#isListening = true
      // for changes before the connection
      this.#options.onChange()
      await this.#heartbeats()
      if (this.#isStopped) return
      this.#isListening = false
      this.#options.onChange()
      if (this.#options.shared) return
    }
  }

  async #open(): Promise<Db> {
    const db = await this.#options.open()
    try {
      if (db.info.pooled) this.#isStopped = true
      else if (!this.#isStopped) {
        db.onNotification((notification) => this.#receive(db, notification))
        await db.exec(`LISTEN ${CHANNEL}`)
      }
      return db
    } catch (error) {
      if (!this.#options.shared) await db.close().catch(() => undefined)
      throw error
    }
  }

  /** Returns when the connection is lost: a dead connection does not always report its end. */
  async #heartbeats(): Promise<void> {
    while (this.#connection.isOpen && !this.#isStopped) {
      await this.#sleep(HEARTBEAT_MS)
      if (this.#connection.isOpen && !this.#isStopped && !this.#options.shared) await this.#connection.check()
    }
  }

  #receive(db: Db, { channel, payload }: Notification): void {
    if (channel === CHANNEL && !this.#isStopped && schemaIn(payload, db.info.schema) === db.info.schema) this.#options.onChange()
  }

  /** Ends early when the connection is lost, or the listener stopped. Does not keep the process alive. */
  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms).unref()
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

/** The schema in a payload `{"schema": "public", "ids": [...]}`; `ours` for a payload without one. */
function schemaIn(payload: string, ours: string): string {
  try {
    const { schema } = JSON.parse(payload) as { schema?: unknown }
    return typeof schema === 'string' ? schema : ours
  } catch {
    return ours
  }
}
