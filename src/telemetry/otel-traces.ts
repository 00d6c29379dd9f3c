import type { Span } from './otel-span.ts'

/**
 * Holds spans until the others of their trace are read: a span is exported when it ends, so its parent and its steps can be many lines
 * away. When it holds too many, the trace that has waited longest is complete.
 */
export class TraceBuffer {
  readonly #most: number
  readonly #traces = new Map<string, Span[]>()
  #held = 0

  constructor(most = 100_000) {
    this.#most = most
  }

  /** Takes a span, and returns the spans of traces that are complete. */
  add(span: Span): Span[][] {
    const { traceId } = span
    if (traceId === undefined) return [[span]]
    const trace = this.#traces.get(traceId) ?? []
    trace.push(span)
    // the trace with the latest span is the last of the map
    this.#traces.delete(traceId)
    this.#traces.set(traceId, trace)
    this.#held++
    return this.#held > this.#most ? this.#oldest() : []
  }

  /** The spans of all traces that are held. */
  *drain(): Generator<Span[]> {
    yield* this.#traces.values()
    this.#traces.clear()
    this.#held = 0
  }

  #oldest(): Span[][] {
    for (const [id, spans] of this.#traces) {
      this.#traces.delete(id)
      this.#held -= spans.length
      return [spans]
    }
    return []
  }
}
