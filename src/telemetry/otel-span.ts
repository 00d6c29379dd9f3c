import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import { MOMENT_EXPECTED, momentOf } from './moment.ts'

/** Attributes of a span or a resource, of those that are read. */
export type Attributes = ReadonlyMap<string, string | number | boolean>

/** A span as far as it is read, from any of the forms in which exporters write one. */
export interface Span {
  /** The line on which its value begins. */
  line: number
  /** Its place in the value, such as `resourceSpans[0].scopeSpans[0].spans[3]`; empty: the value itself. */
  path: string
  traceId: string | undefined
  spanId: string | undefined
  parentId: string | undefined
  /** Milliseconds since 1970. */
  begin: number | undefined
  end: number | undefined
  isError: boolean
  attributes: Attributes
  resource: Attributes
  /** Why the span cannot become an event. */
  fault: string | undefined
}

/** A span of a value; undefined where a list of spans has something else. */
export interface PlacedSpan {
  path: string
  span: JsonObject | undefined
  resource: Attributes
}

/**
 * The spans of a value: one span, the spans of a resource, or an OTLP/JSON export. Undefined for a value without spans. docs/telemetry.md
 * lists the forms.
 */
export function spansOf(value: JsonObject): PlacedSpan[] | undefined {
  const list = value['resourceSpans'] ?? value['resource_spans']
  if (Array.isArray(list)) return (list as readonly Json[]).flatMap((resource, i) => spansOfResource(resource, `resourceSpans[${i}]`))
  if (scopesOf(value) !== undefined) return spansOfResource(value, '')
  // a file of the collector can have all signals
  if (value['resourceLogs'] !== undefined || value['resourceMetrics'] !== undefined) return []
  return isSpan(value) ? [{ path: '', span: value, resource: attributesOf(resourceOf(value)) }] : undefined
}

/** What is read of a span. */
export function readSpan({ path, span, resource }: PlacedSpan, line: number): Span {
  if (span === undefined) return { ...NO_SPAN, line, path, resource, fault: 'the span is not a JSON object' }
  const context = objectOf(span, 'context', 'spanContext', '_spanContext', 'SpanContext')
  const parent = objectOf(span, 'parentSpanContext', 'Parent')
  const times = timesOf(span)
  return {
    line,
    path,
    traceId: idOf(first(span, 'traceId', 'trace_id') ?? first(context, 'traceId', 'trace_id', 'TraceID')),
    // ConsoleSpanExporter of JavaScript calls it id
    spanId: idOf(first(span, 'spanId', 'span_id') ?? first(context, 'spanId', 'span_id', 'SpanID') ?? span['id']),
    parentId: idOf(first(span, 'parentSpanId', 'parent_span_id', 'parentId', 'parent_id') ?? first(parent, 'spanId', 'SpanID')),
    ...times,
    isError: hasErrorStatus(first(span, 'status', 'Status')),
    attributes: attributesOf(first(span, 'attributes', 'Attributes')),
    resource,
  }
}

const NO_SPAN = {
  traceId: undefined,
  spanId: undefined,
  parentId: undefined,
  begin: undefined,
  end: undefined,
  isError: false,
  attributes: new Map(),
}

function isSpan(value: JsonObject): boolean {
  // Go writes null for a span without attributes
  const sign = first(value, 'attributes', 'Attributes', 'SpanContext')
  return sign !== undefined && value['user_id'] === undefined && value['userId'] === undefined
}

function resourceOf(value: JsonObject): Json | undefined {
  const resource = first(value, 'resource', 'Resource')
  if (!isJsonObject(resource)) return resource
  return first(resource, 'attributes', '_attributes', '_rawAttributes') ?? []
}

function scopesOf(value: JsonObject): readonly Json[] | undefined {
  const scopes = first(value, 'scopeSpans', 'scope_spans', 'instrumentationLibrarySpans')
  return Array.isArray(scopes) ? (scopes as readonly Json[]) : undefined
}

function spansOfResource(value: Json, place: string): PlacedSpan[] {
  if (!isJsonObject(value)) return [{ path: place, span: undefined, resource: new Map() }]
  const resource = attributesOf(resourceOf(value))
  const prefix = place === '' ? '' : `${place}.`
  return (scopesOf(value) ?? []).flatMap((scope, i) => {
    const spans = isJsonObject(scope) && Array.isArray(scope['spans']) ? (scope['spans'] as readonly Json[]) : []
    return spans.map((span, j) => ({
      path: `${prefix}scopeSpans[${i}].spans[${j}]`,
      span: isJsonObject(span) ? span : undefined,
      resource,
    }))
  })
}

/** The value of the first of the names that has one. */
function first(object: JsonObject, ...names: string[]): Json | undefined {
  return names.map((name) => object[name]).find((value) => value !== undefined && value !== null)
}

function objectOf(object: JsonObject, ...names: string[]): JsonObject {
  const value = first(object, ...names)
  return isJsonObject(value) ? value : {}
}

/** An ID in hexadecimal. Zeros mean that there is none. */
function idOf(value: Json | undefined): string | undefined {
  const id = typeof value === 'string' ? value.replace(/^0x/i, '').toLowerCase() : ''
  return id.replaceAll('0', '') === '' ? undefined : id
}

function timesOf(span: JsonObject): Pick<Span, 'begin' | 'end' | 'fault'> {
  const names = {
    begin: ['startTimeUnixNano', 'start_time_unix_nano', 'start_time', 'startTime', 'StartTime', 'timestamp'],
    end: ['endTimeUnixNano', 'end_time_unix_nano', 'end_time', 'endTime', 'EndTime'],
  }
  let fault: string | undefined
  const read = (which: keyof typeof names): number | undefined => {
    const name = names[which].find((one) => span[one] !== undefined && span[one] !== null) ?? ''
    const value = span[name]
    // 0 is the time of a span that has none
    if (value === undefined || value === null || value === '' || Number(value) === 0) return undefined
    const moment = momentOf(value)
    if (moment === undefined) fault ??= `invalid ${name} ${JSON.stringify(value).slice(0, 60)} (expected ${MOMENT_EXPECTED})`
    return moment
  }
  const begin = read('begin')
  const end = read('end')
  const { duration, timestamp } = span
  // ConsoleSpanExporter of JavaScript writes both in microseconds
  const isConsole = end === undefined && begin !== undefined && timestamp !== undefined && typeof duration === 'number'
  return { begin, end: isConsole ? begin + duration / 1_000 : end, fault }
}

function hasErrorStatus(status: Json | undefined): boolean {
  const code = isJsonObject(status) ? first(status, 'code', 'status_code', 'Code') : status
  return code === 2 || /^(?:STATUS_CODE_)?ERROR$/i.test(String(code))
}

/** Names that become part of an event, and those that show what a span is. A trace is held until its last span: no others are kept. */
const READ: ReadonlySet<string> = new Set([
  'user.id',
  'enduser.id',
  'enduser.pseudo.id',
  'gen_ai.conversation.id',
  'session.id',
  'gen_ai.operation.name',
  'gen_ai.tool.name',
  'gen_ai.tool.call.id',
  'gen_ai.tool.call.arguments',
  'gen_ai.skill.name',
  'gen_ai.skill.version',
  'gen_ai.skill.resource.name',
  'error.type',
  'process.executable.name',
  'process.exit.code',
  'gen_ai.usage.input_tokens',
  'gen_ai.usage.output_tokens',
  'gen_ai.usage.prompt_tokens',
  'gen_ai.usage.completion_tokens',
  'gen_ai.usage.cost',
  'skills.cost_usd',
  'skills.version',
  'skills.outcome',
  'skills.tier',
  'skills.element',
  'skills.realm',
])

/** Attributes: an object of plain values, or a list of pairs with the value as OTLP, Go or the resources of JavaScript write it. */
function attributesOf(value: Json | undefined): Attributes {
  const found = new Map<string, string | number | boolean>()
  const add = (key: Json | undefined, item: Json | undefined): void => {
    if (typeof key !== 'string' || !READ.has(key)) return
    if (typeof item === 'string' || typeof item === 'number' || typeof item === 'boolean') found.set(key, item)
    // arguments of a tool can be an object
    else if (isJsonObject(item)) found.set(key, JSON.stringify(item))
  }
  if (Array.isArray(value)) {
    for (const pair of value as readonly Json[])
      if (Array.isArray(pair)) add((pair as readonly Json[])[0], (pair as readonly Json[])[1])
      else if (isJsonObject(pair)) add(first(pair, 'key', 'Key'), plainOf(first(pair, 'value', 'Value')))
  } else if (isJsonObject(value)) {
    for (const [key, item] of Object.entries(value)) add(key, item)
  }
  return found
}

/** `{stringValue: "x"}` of OTLP, `{Type: "STRING", Value: "x"}` of Go, or a plain value. */
function plainOf(value: Json | undefined): Json | undefined {
  if (!isJsonObject(value)) return value
  if (value['Value'] !== undefined) return value['Value']
  const list = isJsonObject(value['kvlistValue']) ? value['kvlistValue']['values'] : undefined
  if (Array.isArray(list))
    return Object.fromEntries(
      (list as readonly Json[]).filter(isJsonObject).map((pair) => [String(pair['key']), plainOf(pair['value']) ?? null]),
    )
  return Object.values(value)[0]
}
