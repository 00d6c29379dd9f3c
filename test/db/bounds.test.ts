import { describe, expect, test } from 'vitest'
import { verify } from '../../src/index.ts'
import { BOUNDS } from '../../src/telemetry/bounds.ts'
import { checkFeedback, checkReason } from '../../src/telemetry/input-checks.ts'
import { encodeEvent, eventProblem, type UsageEvent } from '../../src/telemetry/usage-event.ts'
import { dropBounds, restoreBounds } from '../support/bounds.ts'
import { migratedServer, onEachBackend } from '../support/databases.ts'
import { scratch } from '../support/scratch.ts'
import { sharedSession } from '../support/shared-session.ts'

const USER = '9f1c1d3e-0000-4000-8000-000000000001'
const DAY = 86_400_000

/** A text of so many bytes, most of them in characters of two bytes. */
const bytes = (length: number): string => `${'é'.repeat(Math.floor(length / 2))}${'x'.repeat(length % 2)}`
/** An object of so many bytes in the text that jsonb makes. */
const json = (length: number): object => ({ a: 'x'.repeat(length - '{"a": ""}'.length) })
const later = (ms: number): string => new Date(Date.now() + ms).toISOString()

interface Case {
  column: string
  /** Values that are accepted, and values that are refused. */
  good: unknown[]
  bad: unknown[]
}

const NAME = { good: ['x', bytes(BOUNDS.name)], bad: ['', bytes(BOUNDS.name + 1), bytes(65_536)] }
const TIME = { good: ['2000-01-01T00:00:00Z', later(DAY - 60_000)], bad: ['1999-12-31T23:59:59Z', later(DAY + 60_000)] }
const JSON_SIZE = { good: [{}, json(BOUNDS.json)], bad: [json(BOUNDS.json + 1)] }

const TOKENS = { good: [0, BOUNDS.tokens, null], bad: [-1, BOUNDS.tokens + 1] }

const EVENT_CASES: readonly Case[] = [
  { column: 'session_id', good: [...NAME.good, null], bad: NAME.bad },
  { column: 'skill_id', good: NAME.good, bad: [...NAME.bad, null] },
  { column: 'version', good: NAME.good, bad: [...NAME.bad, null] },
  { column: 'tier', good: [...NAME.good, null], bad: NAME.bad },
  { column: 'outcome', good: ['success', 'soft_fail', 'hard_refusal'], bad: ['', 'SUCCESS', 'error', bytes(65_536), null] },
  { column: 'latency_ms', good: [0, BOUNDS.latency, null], bad: [-1] },
  { column: 'input_hash', good: [...NAME.good, null], bad: NAME.bad },
  { column: 'state_snapshot', ...JSON_SIZE },
  { column: 'artifacts', ...JSON_SIZE },
  { column: 'created_at', ...TIME },
  { column: 'error_type', good: [...NAME.good, null], bad: NAME.bad },
  { column: 'input_tokens', ...TOKENS },
  { column: 'output_tokens', ...TOKENS },
  { column: 'cost_usd', good: [0, 0.000001, BOUNDS.cost, null], bad: [-0.01, BOUNDS.cost + 1] },
]

const valid: Record<string, unknown> = {
  session_id: 's',
  skill_id: 'walk',
  version: '1',
  tier: 'CORE',
  outcome: 'success',
  latency_ms: 1,
  input_hash: 'h',
  state_snapshot: {},
  artifacts: {},
  created_at: '2026-01-31T12:00:00Z',
  event_key: null,
  error_type: 'timeout',
  input_tokens: 1,
  output_tokens: 1,
  cost_usd: 0.01,
}
/** No JSON has these values; the text of the jsonb form of an event does. */
const MALFORMED: readonly Case[] = [
  { column: 'latency_ms', good: [], bad: ['abc', 1.5, 1e30] },
  { column: 'created_at', good: [], bad: ['soon', '2026-02-30', '4713-01-01 BC', 'infinity', '294276-01-01'] },
  { column: 'event_key', good: [USER], bad: ['x'] },
  { column: 'input_tokens', good: ['7'], bad: ['many', 1.5, 1e30] },
  { column: 'output_tokens', good: ['7'], bad: ['many', 1.5, 1e30] },
  { column: 'cost_usd', good: ['0.5', 1e-9], bad: ['cheap', 'NaN', 'Infinity'] },
]

describe('functions', () => {
  const session = sharedSession(migratedServer, () => Promise.resolve())
  const refusal = (sql: string, parameters: unknown[] = []): Promise<unknown> =>
    session.inside((db) =>
      db.query(sql, parameters as never).then(
        () => 'accepted',
        (error: unknown) => error,
      ),
    )
  const log = (event: Record<string, unknown>): Promise<unknown> =>
    refusal(
      'SELECT log_skill_usage($1::text::uuid, $2::text, $3::text, $4::text, $5::text, $6::text, $7::text::int, $8::text, $9::jsonb, $10::jsonb, $11::text, $12::text::bigint, $13::text::bigint, $14::text::numeric)',
      [
        USER,
        event['session_id'],
        event['skill_id'],
        event['version'],
        event['tier'],
        event['outcome'],
        text(event['latency_ms']),
        event['input_hash'],
        event['state_snapshot'],
        event['artifacts'],
        event['error_type'],
        text(event['input_tokens']),
        text(event['output_tokens']),
        text(event['cost_usd']),
      ],
    )
  const batch = (events: unknown): Promise<unknown> => refusal('SELECT log_skill_usage_batch($1::text::uuid, $2::jsonb)', [USER, events])

  test.each(EVENT_CASES)(
    '$column: on each side of its bound -> the functions, the table and the library agree',
    async ({ column, good, bad }) => {
      for (const [values, isGood] of [
        [good, true],
        [bad, false],
      ] as const) {
        for (const value of values) {
          const event = { ...valid, [column]: value }
          const shown = JSON.stringify(value ?? null).slice(0, 40)
          if (column !== 'created_at')
            expect([shown, await log(event)]).toMatchObject([
              shown,
              isGood ? 'accepted' : { code: '22023', message: messageOf(`p_${column}`) },
            ])
          const inBatch = await batch([valid, { ...valid, event_key: USER }, event])
          expect([shown, inBatch]).toMatchObject([
            shown,
            isGood ? 'accepted' : { code: '22023', message: messageOf(`p_events[2].${column}`) },
          ])
          // arrays are the other form of an event
          const inArrays = await batch([Object.values(valid), Object.values({ ...valid, [column]: value })])
          if (column !== 'created_at')
            expect([shown, inArrays]).toMatchObject([
              shown,
              isGood ? 'accepted' : { code: '22023', message: messageOf(`p_events[1].${column}`) },
            ])
          const inserted = await refusal(
            `INSERT INTO skill_usage_events (user_id, ${Object.keys(event).join(', ')}) SELECT $1::text::uuid, ${Object.keys(event)
              .map((key) => `e.${key}`)
              .join(', ')} FROM jsonb_populate_record(NULL::skill_usage_events, $2::jsonb) AS e`,
            [USER, event],
          )
          // NULL violates NOT NULL, a CHECK the rest
          expect([shown, inserted]).toMatchObject([shown, isGood ? 'accepted' : { code: value === null ? '23502' : '23514' }])
          // the library limits an event as a whole, which is less than its JSON values may have
          if (!isGood || JSON_SIZE.good !== good) expect([shown, accepts(event)]).toEqual([shown, isGood])
        }
      }
    },
  )

  test.each(MALFORMED)('log_skill_usage_batch: a malformed $column -> 22023, its index and its key', async ({ column, good, bad }) => {
    for (const value of good) expect(await batch([{ ...valid, [column]: value }])).toBe('accepted')
    for (const value of bad)
      expect(await batch([valid, { ...valid, [column]: value }, { ...valid, [column]: value }])).toMatchObject({
        code: '22023',
        message: messageOf(`p_events[1].${column}`),
      })
  })

  test('functions: an argument that is NULL, no array, or out of bounds -> 22023 and the name of the argument', async () => {
    const cases = [
      ['log_skill_usage(NULL, NULL, $q$a$q$, $q$1$q$, NULL, $q$success$q$)', 'p_user_id'],
      ['log_skill_usage_batch(NULL, $q$[]$q$)', 'p_user_id'],
      [`log_skill_usage_batch('${USER}', $q$[]$q$, NULL, NULL)`, 'p_may_repeat'],
      [`log_skill_usage_batch('${USER}', NULL)`, 'p_events'],
      [`log_skill_usage_batch('${USER}', '{"a": 1}')`, 'p_events'],
      [`log_skill_usage_batch('${USER}', $q$[1]$q$)`, 'p_events[0].skill_id'],
      ['is_skill_unlocked(NULL, $q$a$q$)', 'p_user_id'],
      [`is_skill_unlocked('${USER}', NULL)`, 'p_skill_id'],
      [`is_skill_unlocked('${USER}', '')`, 'p_skill_id'],
      [`is_skill_unlocked('${USER}', repeat('x', 257))`, 'p_skill_id'],
      ['unlock_skill(NULL, $q$a$q$)', 'p_user_id'],
      [`unlock_skill('${USER}', repeat('x', 257))`, 'p_skill_id'],
      [`unlock_skill('${USER}', 'a', repeat('x', ${BOUNDS.reason + 1}))`, 'p_unlock_reason'],
      ['forget_skill_user(NULL)', 'p_user_id'],
      ['skill_rollup_events(0)', 'p_max_rows'],
      ['skill_rollup_events(NULL)', 'p_max_rows'],
      ['skill_rollup_events(1, NULL)', 'p_wait'],
      ['skill_rollup_feedback(-1)', 'p_max_rows'],
      ['skill_rollup_feedback(1, NULL)', 'p_wait'],
      ["skill_rollup_repair('others')", 'p_source'],
      ['skill_rollup_repair(NULL)', 'p_source'],
    ] as const
    for (const [call, argument] of cases)
      expect([call, await refusal(`SELECT ${call}`)]).toMatchObject([call, { code: '22023', message: messageOf(argument) }])
    expect(await refusal(`SELECT unlock_skill('${USER}', repeat('x', 256), repeat('é', ${BOUNDS.reason / 2}))`)).toBe('accepted')
    expect(() => checkReason('é'.repeat(BOUNDS.reason / 2))).not.toThrow()
    expect(() => checkReason('é'.repeat(BOUNDS.reason / 2 + 1))).toThrow(/bytes/)
  })

  test.each([
    ['error_type', ["'timeout'", "repeat('x', 256)", 'NULL'], ["''", "repeat('x', 257)"]],
    ['input_tokens', ['0', '1000000000000', 'NULL'], ['-1', '1000000000001']],
    ['output_tokens', ['0', '1000000000000', 'NULL'], ['-1', '9223372036854775807']],
    ['cost_usd', ['0', '0.000001', '1000000000', 'NULL'], ['-0.01', '1000000001', "'NaN'", "'Infinity'"]],
  ])('skill_usage_events: %s on each side of a bound -> accepted, refused', async (column, good, bad) => {
    const insert = (value: string): Promise<unknown> =>
      refusal(
        `INSERT INTO skill_usage_events (user_id, skill_id, version, outcome, ${column}) VALUES ('${USER}', 'walk', '1', 'soft_fail', ${value})`,
      )
    for (const value of good) expect([value, await insert(value)]).toEqual([value, 'accepted'])
    for (const value of bad) expect([value, await insert(value)]).toMatchObject([value, { code: '23514' }])
  })

  test('skill_feedback: on each side of a bound -> the table and the library agree', async () => {
    const feedback = { userId: USER, skillId: 'walk', version: '1', rating: 5, tags: ['calm'] }
    const insert = ({ skillId, version, tags }: typeof feedback): Promise<unknown> =>
      refusal(
        'INSERT INTO skill_feedback (user_id, skill_id, version, tags) SELECT $1::text::uuid, $2, $3, ARRAY(SELECT jsonb_array_elements_text($4::jsonb))',
        [USER, skillId, version, tags],
      )
    const lists = [
      [],
      Array.from({ length: BOUNDS.tags }, () => bytes(BOUNDS.tag)),
      ...[BOUNDS.tags - 1, 0].map((place) => Array.from({ length: BOUNDS.tags }, (_, i) => (i === place ? bytes(BOUNDS.tag + 1) : 'x'))),
      Array.from({ length: BOUNDS.tags + 1 }, () => 'x'),
      [bytes(65_536)],
    ]
    const cases = [
      ...lists.map((tags) => ({ tags })),
      ...[...NAME.good, ...NAME.bad].flatMap((value) => [{ skillId: value }, { version: value }]),
    ]
    const results: boolean[] = []
    for (const change of cases) {
      const entry = { ...feedback, ...change }
      const inserted = await insert(entry)
      let isGood = true
      try {
        checkFeedback(entry)
      } catch {
        isGood = false
      }
      results.push(isGood)
      expect([JSON.stringify(change).slice(0, 60), inserted]).toMatchObject([
        JSON.stringify(change).slice(0, 60),
        isGood ? 'accepted' : { code: '23514' },
      ])
    }
    expect(results.filter(Boolean)).toHaveLength(2 + 2 * NAME.good.length)
    // arrays that a list of the first 32 elements does not cover
    for (const tags of [`'[0:1]={a,${'x'.repeat(65)}}'::text[]`, `'{{a},{${'x'.repeat(65)}}}'::text[]`])
      expect(
        await refusal(`INSERT INTO skill_feedback (user_id, skill_id, version, tags) VALUES ('${USER}', 'walk', '1', ${tags})`),
      ).toMatchObject({ code: '23514' })
  })
})

onEachBackend(({ migrated }) => {
  test('migrate: rows outside the bounds -> kept as they are; our own updates of such rows work; verify accepts NOT VALID and VALIDATE', async () => {
    const db = await (await migrated()).open()
    await dropBounds(db)
    await db.exec(`INSERT INTO skill_usage_events (user_id, skill_id, version, outcome, created_at, txid) VALUES
        ('${USER}', 'walk', repeat('x', 300), 'odd', '1970-01-01', txid_current() + 1000000), ('${USER}', 'walk', '1', 'success', now(), txid_current() + 1000000);
      INSERT INTO skill_feedback (user_id, skill_id, version, tags, txid) VALUES ('${USER}', 'walk', '1', ARRAY[repeat('x', 99)], txid_current() + 1000000);
      INSERT INTO skill_unlocks (user_id, skill_id, unlock_reason) VALUES ('${USER}', 'walk', repeat('x', 3000))`)
    const rows = 'SELECT version, outcome, created_at FROM skill_usage_events ORDER BY id'
    const before = await db.query(rows)
    await restoreBounds(db)
    await restoreBounds(db)
    expect(await db.query(rows)).toEqual(before)
    await db.query('SELECT skill_rollup_adopt()')
    await db.query(`SELECT unlock_skill('${USER}', 'walk', 'earned')`)
    await db.query(`SELECT forget_skill_user('${USER}')`)
    expect(await verify(db, { cwd: scratch() })).toMatchObject({ ok: true })
    await db.exec(
      'ALTER TABLE skill_usage_events VALIDATE CONSTRAINT skill_usage_events_version_bytes, VALIDATE CONSTRAINT skill_usage_events_latency_ms_positive',
    )
    expect(await verify(db, { cwd: scratch() })).toMatchObject({ ok: true })
    await db.exec('ALTER TABLE skill_usage_events DROP CONSTRAINT skill_usage_events_version_bytes')
    const { checks } = await verify(db, { cwd: scratch() })
    const fault = checks.flatMap(({ faults }) => faults).find(({ object }) => object.includes('events_version_bytes'))
    expect(fault).toMatchObject({
      remedy: expect.stringMatching(/ NOT VALID; ALTER TABLE public\.skill_usage_events VALIDATE CONSTRAINT /),
    })
    await db.exec(fault?.remedy ?? '')
    expect(await verify(db, { cwd: scratch() })).toMatchObject({ ok: true })
  })
})

/** What the library makes of an event. */
function accepts(event: Record<string, unknown>): boolean {
  const made = {
    userId: USER,
    sessionId: event['session_id'],
    skillId: event['skill_id'],
    version: event['version'],
    tier: event['tier'],
    outcome: event['outcome'],
    latencyMs: event['latency_ms'],
    inputHash: event['input_hash'],
    stateSnapshot: event['state_snapshot'],
    artifacts: event['artifacts'],
    errorType: event['error_type'],
    inputTokens: event['input_tokens'],
    outputTokens: event['output_tokens'],
    costUsd: event['cost_usd'],
    ...(event['created_at'] === undefined ? {} : { at: new Date(String(event['created_at'])) }),
  } as UsageEvent
  if (eventProblem(made) !== undefined) return false
  try {
    encodeEvent(made)
    return true
  } catch {
    return false
  }
}

function messageOf(argument: string): RegExp | unknown {
  return expect.stringMatching(new RegExp(`^${argument.replaceAll(/[[\].]/g, String.raw`\$&`)}\\b`))
}

function text(value: unknown): string | null {
  return value === null ? null : String(value)
}
