import type { OpenOptions } from './db.ts'
import { SocketError } from './network-socket.ts'

/** The time that opening a connection may take. */
export class TimeLimit {
  readonly #controller = new AbortController()
  readonly #given: AbortSignal | undefined
  readonly #timer: NodeJS.Timeout
  readonly #stop = (): void => this.#controller.abort(this.#given?.reason)

  constructor(ms: number, address: string, { background = false, signal }: Pick<OpenOptions, 'background' | 'signal'>) {
    signal?.throwIfAborted()
    this.#given = signal
    signal?.addEventListener('abort', this.#stop, { once: true })
    this.#timer = setTimeout(() => this.#controller.abort(new SocketError(address, `no answer within ${ms / 1000} s`)), ms)
    if (background) this.#timer.unref()
  }

  /** Runs the work with a signal that ends it. */
  of<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { signal } = this.#controller
    const over = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    })
    return Promise.race([work(signal), over])
  }

  end(): void {
    clearTimeout(this.#timer)
    this.#given?.removeEventListener('abort', this.#stop)
  }
}
