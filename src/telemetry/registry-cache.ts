import { reasonOf } from '../core/errors.ts'
import { isConnectionError } from '../db/skills-error.ts'
import type { KnownSkill } from './listed-skill.ts'

export interface RegistryCacheOptions {
  load: () => Promise<readonly KnownSkill[]>
  /** How long a copy is valid, in milliseconds. Called for each copy: it depends on whether changes are received. */
  ttlMs: () => number
  warn: (code: string, message: string) => void
}

const RETRY_MS = 1_000

/**
 * The enabled skills; callers at the same time share one read. While the database is unreachable the last copy is used,
 * whatever its age: agents that lose their skills with every restart of the database would be worse.
 */
export class RegistryCache {
  readonly #options: RegistryCacheOptions
  #copy: readonly KnownSkill[] | undefined
  #validUntil = 0
  #loading: Promise<readonly KnownSkill[]> | undefined
  /** Increases with each drop: a copy requested before a drop is not kept as valid. */
  #generation = 0
  #hasWarned = false

  constructor(options: RegistryCacheOptions) {
    this.#options = options
  }

  async read(): Promise<readonly KnownSkill[]> {
    if (this.#copy !== undefined && performance.now() < this.#validUntil) return this.#copy
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
    this.#validUntil = 0
    // callers from now on must not get the read that already runs
    this.#loading = undefined
  }

  async #load(): Promise<readonly KnownSkill[]> {
    const generation = this.#generation
    try {
      const copy = await this.#options.load()
      this.#hasWarned = false
      if (generation === this.#generation || this.#copy === undefined) this.#copy = copy
      if (generation === this.#generation) this.#validUntil = performance.now() + this.#options.ttlMs()
      return copy
    } catch (error) {
      if (this.#copy === undefined || !isConnectionError(error)) throw error
      if (!this.#hasWarned) {
        const reason = reasonOf(error)
        this.#options.warn('REGISTRY_STALE', `the registry cannot be read, the last copy is used: ${reason}`)
      }
      this.#hasWarned = true
      this.#validUntil = performance.now() + RETRY_MS
      return this.#copy
    }
  }
}
