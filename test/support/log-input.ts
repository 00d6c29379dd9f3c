import { importEvents, type EventLogReport } from '../../src/telemetry/import-events.ts'
import { loggedEvent } from '../../src/telemetry/logged-event.ts'
import { readValue } from '../../src/telemetry/logged-line.ts'
import { usesOf } from '../../src/telemetry/otel-uses.ts'
import type { UsageEvent } from '../../src/telemetry/usage-event.ts'

type Chunk = string | Uint8Array

/** The report of an import without a database. */
export function checked(
  input: Chunk | readonly Chunk[],
  options: { userIdAs?: 'uuid5'; maxErrors?: number } = {},
): Promise<EventLogReport> {
  const chunks = typeof input === 'string' || input instanceof Uint8Array ? [input] : input
  return importEvents({ input: stream(chunks), db: undefined, ...options })
}

async function* stream(chunks: readonly Chunk[]): AsyncGenerator<Chunk> {
  yield* chunks
}

/** The events of the spans of a value, which are all of one trace; each is valid. */
export function usesIn(value: object): UsageEvent[] {
  const spans = readValue(value, { line: 1, userIdAs: 'uuid' }).flatMap((item) => (item.kind === 'span' ? [item.span] : []))
  const { uses, refused } = usesOf(spans)
  if (refused.length > 0) throw new Error(refused.map(({ message }) => message).join('\n'))
  for (const use of uses) loggedEvent(use, 'uuid')
  return uses.map(({ event }) => event)
}

/** Attributes as OTLP writes them. */
export function otlp(attributes: Record<string, string | number | boolean>): object[] {
  return Object.entries(attributes).map(([key, value]) => ({
    key,
    value:
      typeof value === 'string'
        ? { stringValue: value }
        : typeof value === 'boolean'
          ? { boolValue: value }
          : Number.isInteger(value)
            ? { intValue: String(value) }
            : { doubleValue: value },
  }))
}

/** An export of spans of one resource. */
export function exported(spans: readonly object[], resource: Record<string, string> = {}): object {
  return { resourceSpans: [{ resource: { attributes: otlp(resource) }, scopeSpans: [{ scope: { name: 'test' }, spans }] }] }
}

const BEGIN = Date.UTC(2026, 0, 2, 3, 4, 5)

/** A span of the trace `abc` that begins so many milliseconds after the others, and takes 100 ms. */
export function span(
  id: string,
  attributes: Record<string, string | number | boolean>,
  { parent = '', at = 0, ms = 100, ...more } = {},
): object {
  return {
    traceId: 'abc',
    spanId: id,
    parentSpanId: parent,
    startTimeUnixNano: `${BEGIN + at}000000`,
    endTimeUnixNano: `${BEGIN + at + ms}000000`,
    attributes: otlp(attributes),
    ...more,
  }
}

/** Attributes of a tool call. */
export const TOOL = { 'gen_ai.operation.name': 'execute_tool' } as const
