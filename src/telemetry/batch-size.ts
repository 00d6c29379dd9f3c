/**
 * How many events are sent at once. A failed part is halved until its event is alone; after a success the size grows again:
 * doubled, or slowly when parts of that size were too much for the server, so that few attempts are wasted.
 */
export class BatchSize {
  readonly #most: number
  #now: number
  #isSlow = false

  constructor(most: number) {
    this.#most = most
    this.#now = most
  }

  get events(): number {
    return this.#now
  }

  /** A part with so many events, 2 or more, failed. `tooMuch`: because of its size, and not because of one of its events. */
  failed(events: number, tooMuch: boolean): void {
    this.#now = Math.ceil(Math.min(events, this.#now) / 2)
    this.#isSlow = tooMuch
  }

  succeeded(): void {
    this.#now = Math.min(this.#most, this.#isSlow ? this.#now + Math.ceil(this.#now / 8) : this.#now * 2)
    if (this.#now === this.#most) this.#isSlow = false
  }
}
