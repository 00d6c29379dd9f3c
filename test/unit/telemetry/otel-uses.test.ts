import { expect, test } from 'vitest'
import { checked, exported, span, TOOL, usesIn } from '../../support/log-input.ts'

const USER = '9f1c1d3e-0000-4000-8000-000000000001'
const OTHER = '9f1c1d3e-0000-4000-8000-000000000002'
const load = (skill: string, more: Record<string, string | number> = {}): Record<string, string | number> => ({
  ...TOOL,
  'gen_ai.tool.name': 'load_skill',
  'gen_ai.skill.name': skill,
  ...more,
})
const chat = (input: number, output: number): Record<string, string | number> => ({
  'gen_ai.operation.name': 'chat',
  'gen_ai.usage.input_tokens': input,
  'gen_ai.usage.output_tokens': output,
})
const tool = (name: string): Record<string, string> => ({ ...TOOL, 'gen_ai.tool.name': name })
const userOf = (spans: object[], resource = {}): unknown => usesIn(exported(spans, resource))[0]?.userId
const path = (i: number): string => `resourceSpans[0].scopeSpans[0].spans[${i}]`
const ROOT = span('f0', { 'gen_ai.operation.name': 'invoke_agent', 'user.id': USER, 'gen_ai.conversation.id': 'talk' }, { ms: 9_000 })

test('usesOf: a load, a resource and a script of one skill -> one use with the time, the failure and the steps of all', () => {
  const uses = usesIn(
    exported([
      // children are exported before their parents, and out of order
      span(
        '3',
        { ...TOOL, 'gen_ai.tool.name': 'run_skill_script', 'gen_ai.skill.name': 'review', 'process.exit.code': 3 },
        { parent: 'f0', at: 2_000 },
      ),
      span(
        '2',
        {
          ...TOOL,
          'gen_ai.tool.name': 'load_skill_resource',
          'gen_ai.skill.name': 'review',
          'gen_ai.skill.resource.name': 'references/rules.md',
        },
        { parent: 'f0', at: 1_000, ms: 50 },
      ),
      span('1', load('review', { 'gen_ai.skill.version': '2.0.0', 'gen_ai.tool.call.id': 'call' }), { parent: 'f0' }),
      ROOT,
    ]),
  )
  expect(uses).toMatchObject([
    {
      userId: USER,
      sessionId: 'talk',
      skillId: 'review',
      version: '2.0.0',
      outcome: 'soft_fail',
      errorType: 'exit_3',
      latencyMs: 250,
      artifacts: { traceId: 'abc', spanId: '1', toolCallId: 'call', steps: 2 },
    },
  ])
})

test('usesOf: a skill that is loaded twice, and another one -> three uses, each step with the load before it', () => {
  const step = { ...TOOL, 'gen_ai.tool.name': 'bash', 'gen_ai.skill.resource.name': 'scripts/check.py' }
  const uses = usesIn(
    exported([
      ROOT,
      span('1', load('a'), { parent: 'f0' }),
      span('2', { ...step, 'gen_ai.skill.name': 'a' }, { parent: 'f0', at: 200 }),
      span('3', load('b'), { parent: 'f0', at: 300 }),
      span('4', load('a'), { parent: 'f0', at: 400 }),
      span('5', { ...step, 'gen_ai.skill.name': 'a', 'error.type': 'timeout' }, { parent: 'f0', at: 500 }),
      span('6', { ...step, 'gen_ai.skill.name': 'b' }, { parent: 'f0', at: 600 }),
    ]),
  )
  expect(uses).toMatchObject([
    { skillId: 'a', outcome: 'success', artifacts: { spanId: '1', steps: 1 } },
    { skillId: 'b', outcome: 'success', artifacts: { spanId: '3', steps: 1 } },
    { skillId: 'a', outcome: 'soft_fail', errorType: 'timeout', artifacts: { spanId: '4', steps: 1 } },
  ])
})

test('usesOf: steps of a skill that is not loaded in the trace -> one use', () => {
  const step = { ...TOOL, 'gen_ai.tool.name': 'run_skill_script', 'gen_ai.skill.name': 'a' }
  expect(usesIn(exported([ROOT, span('1', step, { parent: 'f0' }), span('2', step, { parent: 'f0', at: 200 })]))).toMatchObject([
    { skillId: 'a', latencyMs: 200, artifacts: { spanId: '1', steps: 1 } },
  ])
})

test('usesOf: SKILL.md as a resource, tools that load, an operation of skills -> uses', () => {
  const spans = [
    { ...TOOL, 'gen_ai.tool.name': 'read_file', 'gen_ai.skill.name': 'a', 'gen_ai.skill.resource.name': 'SKILL.md' },
    { ...TOOL, 'gen_ai.tool.name': 'Skill', 'gen_ai.tool.call.arguments': '{"skill": "b"}' },
    { ...TOOL, 'gen_ai.tool.name': 'get_skill_instructions', 'gen_ai.tool.call.arguments': '{"skill_name": "c"}' },
    { 'gen_ai.operation.name': 'load_skill', 'gen_ai.skill.name': 'd' },
    { 'gen_ai.skill.name': 'e' },
  ]
  const uses = usesIn(exported([ROOT, ...spans.map((one, i) => span(String(i + 1), one, { parent: 'f0', at: i }))]))
  expect(uses.map(({ skillId }) => skillId)).toEqual([...'abcde'])
  for (const { artifacts } of uses) expect(artifacts).not.toHaveProperty('steps')
})

test('usesOf: other tools -> no uses where the trace names skills; else their name is the skill, except for commands', () => {
  const others = ['bash', 'web_search'].map((name, i) => span(`1${i}`, tool(name), { parent: 'f0' }))
  // a model call in which a skill is active is no use of it
  const model = span('20', { ...chat(1, 1), 'gen_ai.skill.name': 'a' }, { parent: 'f0' })
  expect(usesIn(exported([ROOT, ...others, model, span('1', load('a'), { parent: 'f0' })])).map(({ skillId }) => skillId)).toEqual(['a'])
  expect(usesIn(exported([ROOT, ...others])).map(({ skillId }) => skillId)).toEqual(['web_search'])
})

test('usesOf: tokens and cost -> of the spans of a use, else of the nearest spans below them; none twice', () => {
  const step = { ...TOOL, 'gen_ai.tool.name': 'run_skill_script', 'gen_ai.skill.name': 'a' }
  const [a, b, ...more] = usesIn(
    exported([
      ROOT,
      span('1', load('a', { 'gen_ai.usage.input_tokens': 5 }), { parent: 'f0' }),
      // the sum of an agent includes that of its calls
      span('2', step, { parent: 'f0', at: 200 }),
      span('3', { 'gen_ai.operation.name': 'invoke_agent', ...chat(100, 10), 'skills.cost_usd': 0.25 }, { parent: '2', at: 210 }),
      span('4', chat(60, 6), { parent: '3', at: 220 }),
      span('5', chat(40, 4), { parent: '3', at: 230 }),
      // a step in a step, and a use in a step
      span('6', { ...step, 'gen_ai.usage.output_tokens': 7 }, { parent: '2', at: 240, ms: 10 }),
      span('7', load('b'), { parent: '2', at: 250 }),
      span('8', chat(1_000, 100), { parent: '7', at: 260 }),
      span('9', chat(9_999, 999), { parent: 'f0', at: 300 }),
    ]),
  )
  expect(more).toEqual([])
  expect(a).toMatchObject({ skillId: 'a', inputTokens: 105, outputTokens: 17, costUsd: 0.25, latencyMs: 200 })
  expect(b).toMatchObject({ skillId: 'b', inputTokens: 1_000, outputTokens: 100, costUsd: undefined })
})

test.each(['user.id', 'enduser.id', 'enduser.pseudo.id'])('usesOf: %s on the span, a parent, the resource -> the nearest', (name) => {
  const agent = span('f0', { [name]: OTHER })
  const middle = span('f1', {}, { parent: 'f0' })
  const own = span('1', load('a', { [name]: USER }), { parent: 'f1' })
  const inherits = span('1', load('a'), { parent: 'f1' })
  expect(userOf([agent, middle, own])).toBe(USER)
  expect(userOf([inherits, middle, agent], { [name]: USER })).toBe(OTHER)
  expect(userOf([inherits], { [name]: USER })).toBe(USER)
})

test('usesOf: the worst outcome of the spans; an unknown one is refused', async () => {
  const step = { ...TOOL, 'gen_ai.tool.name': 'run_skill_script', 'gen_ai.skill.name': 'a' }
  const use = (own: string, other: string): object =>
    exported([
      ROOT,
      span('1', load('a', { 'skills.outcome': own }), { parent: 'f0' }),
      span('2', { ...step, 'skills.outcome': other }, { parent: 'f0', at: 9 }),
    ])
  expect(usesIn(use('success', 'hard_refusal'))).toMatchObject([{ outcome: 'hard_refusal' }])
  expect(usesIn(use('soft_fail', 'success'))).toMatchObject([{ outcome: 'soft_fail' }])
  expect(await checked(JSON.stringify(use('success', 'ok')))).toMatchObject({
    rejected: 1,
    errors: [{ message: expect.stringContaining('invalid outcome') }],
  })
})

test('usesOf: parents in a loop, a span that is its own parent, 50,000 nested spans -> read', () => {
  expect(
    usesIn(exported([span('1', load('a', { 'user.id': USER }), { parent: '2' }), span('2', chat(1, 1), { parent: '1' })])),
  ).toMatchObject([{ inputTokens: 1 }])
  expect(usesIn(exported([span('1', load('a', { 'user.id': USER }), { parent: '1' })]))).toHaveLength(1)
  const nested = Array.from({ length: 50_000 }, (_, i) =>
    span(`a${i}`, i === 49_999 ? chat(7, 7) : {}, { parent: i === 0 ? '1' : `a${i - 1}` }),
  )
  expect(usesIn(exported([span('1', load('a', { 'user.id': USER })), ...nested]))).toMatchObject([{ inputTokens: 7 }])
})

test('importEvents: bad spans in an export -> each is refused with its line and path, the others are events', async () => {
  const bad = [
    span('2', load('a'), {}),
    span('3', load('a', { 'user.id': 'ann@example.com' })),
    { ...span('4', load('a', { 'user.id': USER })), startTimeUnixNano: '2026-02-30T00:00:00Z' },
    'a text',
    span('6', { ...TOOL, 'gen_ai.tool.name': 'load_skill', 'user.id': USER }),
    span('7', load('a', { 'user.id': USER, 'gen_ai.usage.input_tokens': 'many' })),
    span('8', load('x'.repeat(257), { 'user.id': USER })),
  ]
  const good = span('1', load('a', { 'user.id': USER }))
  const lines = [
    JSON.stringify(exported([good, ...bad] as object[])),
    JSON.stringify({ ...span('9', load('b', { 'user.id': USER })), traceId: 'd' }),
  ]
  const report = await checked(lines.join('\n'))
  expect(report).toMatchObject({ lines: 2, events: 2, rejected: 7, ignored: 0 })
  expect(report.errors.toSorted((a, b) => String(a.path).localeCompare(String(b.path)))).toMatchObject([
    { line: 1, path: path(1), message: 'neither the span, its parents nor their resources have a user.id' },
    { line: 1, path: path(2), message: 'userId is not a UUID' },
    { line: 1, path: path(3), message: expect.stringContaining('invalid startTimeUnixNano "2026-02-30T00:00:00Z"') },
    { line: 1, path: path(4), message: 'the span is not a JSON object' },
    { line: 1, path: path(5), message: 'the span has no gen_ai.skill.name' },
    { line: 1, path: path(6), message: expect.stringContaining('inputTokens') },
    { line: 1, path: path(7), message: expect.stringContaining('skillId is longer') },
  ])
  expect(await checked(lines.join('\n'), { userIdAs: 'uuid5' })).toMatchObject({ events: 3, rejected: 6 })
})

test('importEvents: the same spans twice -> repeated, and no step counts twice', async () => {
  const line = JSON.stringify(
    exported([
      ROOT,
      span('1', load('a'), { parent: 'f0' }),
      span('2', { ...TOOL, 'gen_ai.tool.name': 'run_skill_script', 'gen_ai.skill.name': 'a' }, { parent: 'f0', at: 9 }),
    ]),
  )
  expect(await checked(`${line}\n${line}\n`)).toMatchObject({ lines: 2, events: 2, repeated: 1, steps: 1, rejected: 0 })
})
