import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { migratedServer, onEachBackend } from '../support/databases.ts'
import { exported, otlp, span, TOOL } from '../support/log-input.ts'
import { BIN, runSkills } from '../support/run-skills.ts'
import { scratch } from '../support/scratch.ts'
import { USER } from '../support/telemetry.ts'

const line = (over: object = {}): string =>
  JSON.stringify({ user_id: USER, skill_id: 'one', version: '1', outcome: 'success', created_at: '2026-01-02T03:04:05.678Z', ...over })

onEachBackend((backend) => {
  test('log: good and bad lines -> good lines are written once, bad lines are named', async () => {
    const fresh = await backend.migrated()
    const lines = [
      line({ input_hash: 'a' }),
      '{"user_id": }',
      line({ input_hash: 'b', latency_ms: 5, state_snapshot: { text: 'a\u2028b\u0000' }, host: 'x' }),
      '',
      line({ outcome: 'ok' }),
      `${line({ input_hash: 'c', id: 'my-id' })}\r`,
      line({ input_hash: 'a' }),
      '[1]',
      line({ user_id: 'me' }),
      line({ created_at: 'yesterday' }),
      line({ input_hash: 'big', artifacts: { text: 'x'.repeat(1_100_000) } }),
      line({ input_hash: 'd', created_at: undefined, id: 7 }),
    ]
    const cwd = scratch({ 'events.ndjson': lines.join('\n') })
    const first = await runSkills(['log', 'events.ndjson', ...fresh.flags], { cwd })
    expect(first).toMatchObject({ code: 1, stderr: '' })
    expect(first.stdout).toMatch(/events\.ndjson:2(:13)? error the line is not JSON/)
    expect(first.stdout).toContain('events.ndjson:5 error invalid outcome (expected success, soft_fail, hard_refusal)')
    for (const bad of [
      '8 error [0]: the item is not a JSON object',
      '9 error userId',
      '10 error invalid created_at',
      '11 error the event is longer',
    ])
      expect(first.stdout).toContain(`events.ndjson:${bad}`)
    expect(first.stdout).toContain('unknown keys, ignored: host')
    expect(first.stdout).toMatch(/logged: 5 events in 11 lines, 4 written, 1 already there, 6 not valid\n$/)
    const again = await runSkills(['log', 'events.ndjson', '--json', ...fresh.flags], { cwd })
    expect(JSON.parse(again.stdout)).toMatchObject({ ok: false, report: { written: 0, repeated: 5, rejected: 6 } })
    let db = await fresh.open()
    expect(await db.query('select input_hash, created_at, state_snapshot from skill_usage_events order by 1')).toMatchObject([
      { input_hash: 'a', created_at: new Date('2026-01-02T03:04:05.678Z') },
      { input_hash: 'b', state_snapshot: { text: 'a\u2028b\uFFFD' } },
      { input_hash: 'c' },
      { input_hash: 'd' },
    ])
  })
})

test('log --dry-run: no database -> it runs; --max-errors -> it stops', async () => {
  const cwd = scratch({ 'events.ndjson': [line(), 'x', 'y', line({ input_hash: 'late' })].join('\n') })
  const dry = await runSkills(['log', '--dry-run', 'events.ndjson'], { cwd })
  expect(dry).toMatchObject({ code: 1, stdout: expect.stringContaining('checked: 2 events in 4 lines, 2 not valid') })
  const stopped = await runSkills(['log', '--dry-run', '--max-errors', '1', 'events.ndjson', '--json'], { cwd })
  expect(JSON.parse(stopped.stdout)).toMatchObject({ report: { stopped: true, rejected: 2, events: 1 } })
  expect(await runSkills(['log', 'none.ndjson'], { cwd })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('none.ndjson does not exist'),
  })
  expect(await runSkills(['log', '--max-errors', 'x', 'events.ndjson'], { cwd })).toMatchObject({ code: 2 })
})

test('log: 20,000 events on standard input, cut off and run again -> each event is written once', async () => {
  const fresh = await migratedServer()
  const db = await fresh.open()
  const text = Array.from({ length: 20_000 }, (_, i) =>
    line({ input_hash: String(i), created_at: new Date(1.75e12 + i).toISOString() }),
  ).join('\n')
  const run = (part: string): Promise<number | null> =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, [path.resolve(BIN), 'log', '-q', ...fresh.flags], { stdio: ['pipe', 'ignore', 'inherit'] })
      child.once('close', resolve)
      child.stdin.end(part)
    })
  expect(await run(text.slice(0, text.indexOf('\n', text.length / 3)))).toBe(0)
  expect(await run(text)).toBe(0)
  expect(await db.query('select count(*)::int as n, count(distinct input_hash)::int as d from skill_usage_events')).toEqual([
    { n: 20_000, d: 20_000 },
  ])
})

test('log: OpenTelemetry spans, flat and as OTLP exports them -> events', async () => {
  const fresh = await migratedServer()
  const db = await fresh.open()
  const cwd = scratch({
    'spans.ndjson': [
      JSON.stringify({
        name: 'execute_tool one',
        context: { trace_id: '0xABD', span_id: '0x1' },
        start_time: '2026-01-02T03:04:05.000000Z',
        end_time: '2026-01-02T03:04:05.250000Z',
        status: { status_code: 'OK' },
        attributes: {
          'gen_ai.operation.name': 'execute_tool',
          'gen_ai.tool.name': 'one',
          'gen_ai.conversation.id': 'talk',
          'gen_ai.tool.call.id': 'call',
          'user.id': USER,
          'skills.tier': 'CORE',
        },
      }),
      JSON.stringify({
        resourceSpans: [
          {
            scopeSpans: [
              {
                spans: [
                  {
                    traceId: 'abc',
                    spanId: '2',
                    startTimeUnixNano: '1767323045000000000',
                    endTimeUnixNano: '1767323046500000000',
                    parentSpanId: '3',
                    status: { code: 2 },
                    attributes: otlp({
                      'gen_ai.operation.name': 'execute_tool',
                      'gen_ai.tool.name': 'load_skill',
                      'gen_ai.skill.name': 'two',
                      'gen_ai.skill.version': '2.0.0',
                      'error.type': 'timeout',
                    }),
                  },
                  { traceId: 'abc', spanId: '3', attributes: otlp({ 'gen_ai.operation.name': 'chat', 'user.id': USER }) },
                ],
              },
            ],
          },
        ],
      }),
      JSON.stringify({ attributes: { 'gen_ai.operation.name': 'chat' } }),
    ].join('\n'),
  })
  for (const [written, repeated] of [
    [2, 0],
    [0, 2],
  ]) {
    const { code, stdout } = await runSkills(['log', 'spans.ndjson', '--json', ...fresh.flags], { cwd })
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ report: { lines: 3, events: 2, ignored: 1, written, repeated } })
  }
  expect(await db.query('select * from skill_usage_events order by skill_id')).toMatchObject([
    {
      skill_id: 'one',
      version: '0.0.0',
      session_id: 'talk',
      outcome: 'success',
      latency_ms: 250,
      tier: 'CORE',
      state_snapshot: { tier: 'CORE' },
      artifacts: { traceId: 'abd', spanId: '1', toolCallId: 'call' },
    },
    { skill_id: 'two', version: '2.0.0', session_id: null, outcome: 'soft_fail', latency_ms: 1500, error_type: 'timeout' },
  ])
})

test('log: a trace in a file with gzip, users by e-mail address -> one use with its steps, tokens and the UUID of the user', async () => {
  const fresh = await migratedServer()
  const db = await fresh.open()
  const skill = { ...TOOL, 'gen_ai.skill.name': 'review' }
  const good = [
    span('2', { ...skill, 'gen_ai.tool.name': 'run_skill_script', 'process.exit.code': 3 }, { parent: '9', at: 500 }),
    span('3', { 'gen_ai.operation.name': 'chat', 'gen_ai.usage.input_tokens': 70, 'gen_ai.usage.output_tokens': 7 }, { parent: '1' }),
    span('1', { ...skill, 'gen_ai.tool.name': 'load_skill', 'skills.cost_usd': 0.25 }, { parent: '9' }),
    span('9', { 'gen_ai.operation.name': 'invoke_agent', 'enduser.id': 'ann@example.com' }, { ms: 900 }),
  ]
  const bad = { ...span('5', { ...skill, 'user.id': 'bob' }), traceId: 'd', startTimeUnixNano: '2026-02-30T00:00:00Z' }
  const cwd = scratch()
  writeFileSync(path.join(cwd, 'traces.json.gz'), gzipSync(JSON.stringify(exported([...good, bad]), undefined, 2)))
  writeFileSync(path.join(cwd, 'utf16.json'), Buffer.from(`\ufeff${line()}`, 'utf16le'))
  const refused = await runSkills(['log', 'traces.json.gz', ...fresh.flags], { cwd })
  expect(refused).toMatchObject({ code: 1 })
  expect(refused.stdout).toContain('traces.json.gz:1 error resourceSpans[0].scopeSpans[0].spans[2]: userId is not a UUID')
  expect(refused.stdout).toContain('--user-id-as uuid5 makes UUIDs')
  for (const [written, repeated] of [
    [1, 0],
    [0, 1],
  ]) {
    const { code, stdout } = await runSkills(['log', 'traces.json.gz', '--user-id-as', 'uuid5', '--json', ...fresh.flags], { cwd })
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      report: {
        lines: 1,
        events: 1,
        steps: 1,
        written,
        repeated,
        rejected: 1,
        errors: [{ line: 1, path: 'resourceSpans[0].scopeSpans[0].spans[4]', message: expect.stringContaining('2026-02-30') }],
      },
    })
  }
  expect(await db.query('select * from skill_usage_events')).toMatchObject([
    {
      user_id: 'eed67bbf-36fc-59e8-ad39-ecb9307f42d1',
      skill_id: 'review',
      outcome: 'soft_fail',
      error_type: 'exit_3',
      latency_ms: 200,
      input_tokens: '70',
      output_tokens: '7',
      cost_usd: '0.25',
      artifacts: { steps: 1 },
    },
  ])
  expect(await runSkills(['log', 'utf16.json', '--dry-run'], { cwd })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('the input is UTF-16'),
  })
})
