import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import type { LineEvent, UsageEvent, UsageOutcome } from './usage-event.ts'

/**
 * The events of a line with OpenTelemetry spans: one span with its attributes as an object, or an OTLP/JSON export.
 * Undefined for a line without spans. Only spans of tool calls become events. docs/telemetry.md lists the attributes that
 * are read, and how stable each is.
 */
export function spanEvents(line: JsonObject): LineEvent[] | undefined {
  const { resourceSpans } = line
  const spans = Array.isArray(resourceSpans) ? resourceSpans.flatMap(exportedSpans) : isSpan(line) ? [line] : undefined
  return spans?.map(eventOf).filter((event) => event !== undefined)
}

function isSpan(line: JsonObject): boolean {
  return line['attributes'] !== undefined && line['user_id'] === undefined && line['userId'] === undefined
}

function exportedSpans(resource: Json): JsonObject[] {
  const scopes = isJsonObject(resource) && Array.isArray(resource['scopeSpans']) ? resource['scopeSpans'] : []
  return scopes.flatMap((scope: Json) => (isJsonObject(scope) && Array.isArray(scope['spans']) ? scope['spans'] : [])).filter(isJsonObject)
}

function eventOf(span: JsonObject): LineEvent | undefined {
  const attributes = attributesOf(span['attributes'])
  if (attributes.get('gen_ai.operation.name') !== 'execute_tool') return undefined
  const text = (...names: string[]): string | undefined => {
    const value = names.map((name) => attributes.get(name)).find((found) => found !== undefined && found !== '')
    return value === undefined ? undefined : String(value)
  }
  const context = isJsonObject(span['context']) ? span['context'] : {}
  const traceId = idOf(span['traceId'] ?? span['trace_id'] ?? context['trace_id'])
  const spanId = idOf(span['spanId'] ?? span['span_id'] ?? context['span_id'])
  const begin = momentOf(span['startTimeUnixNano'] ?? span['start_time'] ?? span['startTime'])
  const end = momentOf(span['endTimeUnixNano'] ?? span['end_time'] ?? span['endTime'])
  const snapshot = Object.fromEntries(
    ['tier', 'element', 'realm'].map((name) => [name, text(`skills.${name}`)]).filter(([, value]) => value !== undefined),
  ) as JsonObject
  const errorType = text('error.type')
  const artifacts = Object.fromEntries(
    Object.entries({ traceId, spanId, toolCallId: text('gen_ai.tool.call.id'), errorType }).filter(([, value]) => value !== undefined),
  ) as JsonObject
  const event: Partial<Record<keyof UsageEvent, unknown>> = {
    userId: text('user.id', 'enduser.id'),
    skillId: text('gen_ai.skill.name', 'gen_ai.tool.name'),
    version: text('gen_ai.skill.version', 'skills.version') ?? '0.0.0',
    outcome: text('skills.outcome') ?? outcomeOf(span['status'], errorType),
    sessionId: text('gen_ai.conversation.id', 'session.id'),
    tier: text('skills.tier'),
    latencyMs: begin === undefined || end === undefined ? undefined : Math.max(0, end - begin),
    stateSnapshot: snapshot,
    artifacts,
    at: end === undefined && begin === undefined ? undefined : new Date(end ?? begin ?? 0),
  }
  return { event: event as unknown as UsageEvent, id: traceId === undefined || spanId === undefined ? undefined : `${traceId}:${spanId}` }
}

/** A span with an error is a soft_fail. A span does not show whether a tool refused. */
function outcomeOf(status: Json | undefined, errorType: string | undefined): UsageOutcome {
  const code = isJsonObject(status) ? (status['code'] ?? status['status_code']) : status
  return errorType !== undefined || code === 2 || /^(STATUS_CODE_)?ERROR$/i.test(String(code)) ? 'soft_fail' : 'success'
}

/** Attributes are an object of plain values, or the list of OTLP: `{key, value: {stringValue: ...}}`. */
function attributesOf(value: Json | undefined): Map<string, string | number | boolean> {
  const found = new Map<string, string | number | boolean>()
  const add = (key: string, item: Json | undefined): void => {
    if (typeof item === 'string' || typeof item === 'number' || typeof item === 'boolean') found.set(key, item)
  }
  if (Array.isArray(value)) {
    for (const pair of value as readonly Json[])
      if (isJsonObject(pair) && typeof pair['key'] === 'string' && isJsonObject(pair['value']))
        add(pair['key'], Object.values(pair['value'])[0])
  } else if (isJsonObject(value)) {
    for (const [key, item] of Object.entries(value)) add(key, item)
  }
  return found
}

function idOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value.replace(/^0x/i, '').toLowerCase() : undefined
}

/** Milliseconds since 1970 from nanoseconds (a text in OTLP) or from an ISO time. */
function momentOf(value: Json | undefined): number | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  const time = /^\d+$/.test(String(value)) ? Number(value) / 1e6 : Date.parse(String(value))
  return Number.isFinite(time) ? time : undefined
}
