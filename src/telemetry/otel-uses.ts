import { groupedBy } from '../core/grouped-by.ts'
import { isJsonObject, type JsonObject } from '../core/json.ts'
import type { Attributes, Span } from './otel-span.ts'
import type { LineEvent, UsageEvent } from './usage-event.ts'

/** A use of a skill in a trace. */
export interface Use extends LineEvent {
  /** The span that loads or invokes the skill. */
  span: Span
}

/** What the spans of a trace are. */
export interface TraceUses {
  uses: Use[]
  /** Spans that are steps of the uses. */
  steps: number
  /** Spans of uses that are in the input again. */
  repeated: number
  /** Spans that are about a skill, and cannot be read. */
  refused: { span: Span; message: string }[]
}

/**
 * The uses of skills in the spans of one trace. A use is the span that loads or invokes a skill; spans of the same skill that read a
 * resource or run a command are its steps. Of a skill that is not loaded in the trace, the steps together are one use.
 */
export function usesOf(all: readonly Span[]): TraceUses {
  const spans = [...new Map(all.map((span) => [span.spanId ?? span, span])).values()].toSorted((a, b) => (a.begin ?? 0) - (b.begin ?? 0))
  const trace = new Trace(spans)
  const refused: TraceUses['refused'] = []
  const uses: Parts[] = []
  const steps: { span: Span; skill: string }[] = []
  for (const span of spans) {
    const kind = trace.kindOf(span)
    if (kind === 'other') continue
    const skill = skillOf(span)
    if (span.fault !== undefined || skill === undefined) refused.push({ span, message: span.fault ?? NO_SKILL })
    else if (kind === 'use') uses.push({ skill, spans: [span] })
    else steps.push({ span, skill })
  }
  const bySkill = groupedBy(uses, ({ skill }) => skill)
  for (const { span, skill } of steps) {
    const begun = bySkill.get(skill) ?? []
    // the load before the step; spans can be without a time
    const parts = begun.findLast((one) => (one.spans[0].begin ?? 0) <= (span.begin ?? 0)) ?? begun[0]
    if (parts !== undefined) parts.spans.push(span)
    else {
      const alone: Parts = { skill, spans: [span] }
      uses.push(alone)
      bySkill.set(skill, [alone])
    }
  }
  const owner = new Map(uses.flatMap((parts) => parts.spans.map((span) => [span, parts] as const)))
  return {
    uses: uses.map((parts) => ({ ...eventOf(parts, trace, owner), span: parts.spans[0] })),
    steps: owner.size - uses.length,
    repeated: repeatedUses(all, spans, trace),
    refused,
  }
}

function repeatedUses(all: readonly Span[], spans: readonly Span[], trace: Trace): number {
  if (all.length === spans.length) return 0
  const kept = new Set(spans)
  return all.filter((span) => !kept.has(span) && span.fault === undefined && trace.kindOf(span) === 'use').length
}

/** Whether a span can be a use or a step. */
export function isAboutSkill({ attributes, fault, traceId }: Span): boolean {
  const operation = attributes.get('gen_ai.operation.name')
  return (
    operation === 'execute_tool' || isSkillSpan(attributes) || (fault !== undefined && traceId === undefined && operation === undefined)
  )
}

const NO_SKILL = 'the span has no gen_ai.skill.name'

/** A use: the span that begins it, and its steps. */
interface Parts {
  skill: string
  spans: [Span, ...Span[]]
}

/** Tools of the frameworks that the conventions name, by what they do. */
const LOADERS: ReadonlySet<string> = new Set(['load_skill', 'skill', 'skills', 'get_skill_instructions', 'activate_skill', 'use_skill'])
const STEP_TOOLS: ReadonlySet<string> = new Set([
  'load_skill_resource',
  'read_skill_resource',
  'run_skill_script',
  'get_skill_reference',
  'get_skill_script',
])
const COMMAND_TOOLS: ReadonlySet<string> = new Set(['bash', 'shell', 'exec_command', 'execute'])

/** An operation on a skill: model calls can carry the name of the skill that is loaded, and are none. */
function isSkillSpan(attributes: Attributes): boolean {
  const operation = attributes.get('gen_ai.operation.name')
  return attributes.has('gen_ai.skill.name') && (operation === undefined || String(operation).includes('skill'))
}

/** The spans of a trace with their relations. Input can have loops. */
class Trace {
  readonly #byId: ReadonlyMap<string, Span>
  readonly #children: ReadonlyMap<string, readonly Span[]>
  /** The instrumentation names skills, so a tool call without a name of a skill is about none. */
  readonly #namesSkills: boolean

  constructor(spans: readonly Span[]) {
    this.#byId = new Map(spans.flatMap((span) => (span.spanId === undefined ? [] : [[span.spanId, span] as const])))
    this.#children = groupedBy(spans, ({ parentId }) => parentId ?? '')
    this.#namesSkills = spans.some(({ attributes }) => attributes.has('gen_ai.skill.name'))
  }

  kindOf(span: Span): 'use' | 'step' | 'other' {
    const { attributes } = span
    if (!isAboutSkill(span)) return 'other'
    const tool = String(attributes.get('gen_ai.tool.name') ?? '').toLowerCase()
    const resource = attributes.get('gen_ai.skill.resource.name')
    const isCommand = attributes.has('process.executable.name') || attributes.has('process.exit.code')
    if (attributes.has('gen_ai.skill.name') || LOADERS.has(tool) || STEP_TOOLS.has(tool)) {
      const isStep = isCommand || STEP_TOOLS.has(tool) || (resource !== undefined && !/^SKILL\.md$/i.test(String(resource)))
      return isStep ? 'step' : 'use'
    }
    return this.#namesSkills || isCommand || COMMAND_TOOLS.has(tool) ? 'other' : 'use'
  }

  /** The span and its parents, the nearest first. */
  *lineOf(span: Span): Generator<Span> {
    let next: Span | undefined = span
    for (let depth = 0; next !== undefined && depth < DEEPEST; depth++) {
      yield next
      next = next.parentId === undefined ? undefined : this.#byId.get(next.parentId)
    }
  }

  /** The first value of the names, on the span, its parents, and their resources. */
  inherited(span: Span, ...names: string[]): string | undefined {
    const line = [...this.lineOf(span)]
    for (const attributes of [...line.map((one) => one.attributes), ...line.map((one) => one.resource)]) {
      const value = textOf(attributes, ...names)
      if (value !== undefined) return value
    }
    return undefined
  }

  /** The sum of a number over spans: of each its own value, else that of the nearest spans below it. Undefined when none has one. */
  sum(spans: readonly Span[], names: readonly string[], isBelow: (span: Span) => boolean): number | undefined {
    let total: number | undefined
    const seen = new Set<Span>()
    const stack = [...spans]
    for (let span = stack.pop(); span !== undefined; span = stack.pop()) {
      if (seen.has(span)) continue
      seen.add(span)
      const value = textOf(span.attributes, ...names)
      if (value !== undefined) total = (total ?? 0) + Number(value)
      else if (span.spanId !== undefined) stack.push(...(this.#children.get(span.spanId) ?? []).filter(isBelow))
    }
    return total
  }
}

const DEEPEST = 256

function eventOf({ skill, spans }: Parts, trace: Trace, owner: ReadonlyMap<Span, Parts>): LineEvent {
  const [span, ...steps] = spans
  const { attributes, traceId, spanId, begin, end } = span
  const parts = owner.get(span)
  // a step inside another one is a part of its time and of its tokens
  const outer = spans.filter((one) => ![...trace.lineOf(one)].some((parent) => parent !== one && owner.get(parent) === parts))
  const isOwn = (one: Span): boolean => owner.get(one) === undefined || owner.get(one) === parts
  const sum = (...names: string[]): number | undefined => trace.sum(outer, names, isOwn)
  const text = (...names: string[]): string | undefined => textOf(attributes, ...names)
  const reasons = spans.map(errorOf)
  const failed = reasons.filter((reason) => reason !== undefined)
  const outcomes = spans.map((one) => textOf(one.attributes, 'skills.outcome')).filter((one) => one !== undefined)
  const event: Partial<Record<keyof UsageEvent, unknown>> = {
    userId: trace.inherited(span, 'user.id', 'enduser.id', 'enduser.pseudo.id'),
    skillId: skill,
    version: text('gen_ai.skill.version', 'skills.version') ?? '0.0.0',
    outcome: worstOf(outcomes) ?? (failed.length > 0 ? 'soft_fail' : 'success'),
    sessionId: trace.inherited(span, 'gen_ai.conversation.id', 'session.id'),
    tier: text('skills.tier'),
    latencyMs: latencyOf(outer),
    stateSnapshot: withoutUndefined({ tier: text('skills.tier'), element: text('skills.element'), realm: text('skills.realm') }),
    artifacts: withoutUndefined({
      traceId,
      spanId,
      toolCallId: text('gen_ai.tool.call.id'),
      ...(steps.length > 0 ? { steps: steps.length } : {}),
    }),
    errorType: failed.find((reason) => reason !== ''),
    inputTokens: sum('gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens'),
    outputTokens: sum('gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens'),
    costUsd: sum('skills.cost_usd', 'gen_ai.usage.cost'),
    at: end === undefined && begin === undefined ? undefined : new Date(end ?? begin ?? 0),
  }
  return { event: event as unknown as UsageEvent, id: traceId === undefined || spanId === undefined ? undefined : `${traceId}:${spanId}` }
}

const BY_SEVERITY = ['hard_refusal', 'soft_fail', 'success']

/** The worst outcome that the spans give; one that is unknown is kept, so that the event is refused. */
function worstOf(outcomes: readonly string[]): string | undefined {
  return outcomes.find((outcome) => !BY_SEVERITY.includes(outcome)) ?? BY_SEVERITY.find((outcome) => outcomes.includes(outcome))
}

/** Why a span failed, empty when it only has the status of an error; undefined for a span that did not fail. */
function errorOf({ attributes, isError }: Span): string | undefined {
  const type = textOf(attributes, 'error.type')
  if (type !== undefined) return type
  const exit = textOf(attributes, 'process.exit.code')
  if (exit !== undefined && Number(exit) !== 0) return `exit_${exit}`
  return isError ? '' : undefined
}

/** The time of the spans together; undefined when none has a begin and an end after it. */
function latencyOf(spans: readonly Span[]): number | undefined {
  const known = spans.flatMap(({ begin, end }) => (begin === undefined || end === undefined || end < begin ? [] : [end - begin]))
  return known.length === 0 ? undefined : known.reduce((total, one) => total + one, 0)
}

/** The skill of a span: its name, that in the arguments of a tool that is about skills, or the name of another tool. */
function skillOf({ attributes }: Span): string | undefined {
  const name = textOf(attributes, 'gen_ai.skill.name')
  if (name !== undefined) return name
  const tool = textOf(attributes, 'gen_ai.tool.name')
  const isAboutSkills = LOADERS.has((tool ?? '').toLowerCase()) || STEP_TOOLS.has((tool ?? '').toLowerCase())
  return isAboutSkills ? skillOfArguments(textOf(attributes, 'gen_ai.tool.call.arguments')) : tool
}

function skillOfArguments(text: string | undefined): string | undefined {
  let value: unknown
  try {
    value = JSON.parse(text ?? '')
  } catch {
    return undefined
  }
  const found = isJsonObject(value)
    ? ['skill_name', 'skill', 'name'].map((key) => value[key]).find((item) => typeof item === 'string')
    : undefined
  return typeof found === 'string' && found !== '' ? found : undefined
}

/** The first value of the names that is set and not empty. */
function textOf(attributes: Attributes, ...names: string[]): string | undefined {
  const value = names.map((name) => attributes.get(name)).find((one) => one !== undefined && one !== '')
  return value === undefined ? undefined : String(value)
}

function withoutUndefined(object: Record<string, string | number | undefined>): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as JsonObject
}
