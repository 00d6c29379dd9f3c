import type { CachedSkill } from './listed-skill.ts'
import { isConnectionFault } from './faults.ts'

export interface RegistryCacheOptions {
  load: () => Promise<readonly CachedSkill[]>
  /** How long a copy is good, in milliseconds; asked each time, as it depends on whether changes are heard of. */
  ttlMs: () => number
  warn: (code: string, message: string) => void
}

/**
 * The enabled skills, read at most once for all who ask at the same time. While the database is away the last copy serves, as
 * old as it may be: agents that lose their skills for every restart of the database would be worse.
 */
export class RegistryCache {
  readonly #options: RegistryCacheOptions
  #copy: readonly CachedSkill[] | undefined
  #goodUntil = 0
  #loading: Promise<readonly CachedSkill[]> | undefined
  /** Grows with each drop: a copy that was asked for before is not good for long. */
  #generation = 0
  #hasWarned = false

  constructor(options: RegistryCacheOptions) {
    this.#options = options
  }

  async read(): Promise<readonly CachedSkill[]> {
    if (this.#copy !== undefined && Date.now() < this.#goodUntil) return this.#copy
    if (this.#loading !== undefined) return this.#loading
    const loading = this.#load().finally(() => {
      if (this.#loading === loading) this.#loading = undefined
    })
    this.#loading = loading
    return loading
  }

  /** The registry has changed. */
  drop(): void {
    this.#generation++
    this.#goodUntil = 0
    // who asks from now on must not get what is under way
    this.#loading = undefined
  }

  async #load(): Promise<readonly CachedSkill[]> {
    const generation = this.#generation
    try {
      const copy = await this.#options.load()
      this.#hasWarned = false
      if (generation === this.#generation || this.#copy === undefined) this.#copy = copy
      if (generation === this.#generation) this.#goodUntil = Date.now() + this.#options.ttlMs()
      return copy
    } catch (error) {
      if (this.#copy === undefined || !isConnectionFault(error)) throw error
      if (!this.#hasWarned)
        this.#options.warn(
          'REGISTRY_STALE',
          `the registry cannot be read, the last copy serves: ${error instanceof Error ? error.message : ''}`,
        )
      this.#hasWarned = true
      this.#goodUntil = Date.now() + RETRY_MS
      return this.#copy
    }
  }
}

const RETRY_MS = 1_000
