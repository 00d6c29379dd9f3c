import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { StatsReport } from '../../src/stats/report.ts'
import { migratedServer } from '../support/databases.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch } from '../support/scratch.ts'

/** A year of 1,200 uses of four skills in sessions of four, two of the skills with names that spreadsheets and browsers would run. */
const EVENTS = `
INSERT INTO skill_usage_events (user_id, session_id, skill_id, version, tier, outcome, latency_ms, created_at)
SELECT ('00000000-0000-4000-8000-' || lpad((i / 4 % 40)::text, 12, '0'))::uuid, 's' || i / 4,
  (ARRAY['checkin', 'checkin', 'checkin', '<script>alert("1")</script>', '=1+1', 'postgres://u:geheim@h/db'])[1 + i % 6],
  CASE WHEN i % 3 = 0 THEN '1.0.0' ELSE '2.0.0' END, (ARRAY['FAST', 'CORE', 'DEEP'])[1 + i % 3],
  (ARRAY['success', 'success', 'success', 'soft_fail', 'hard_refusal'])[1 + i % 5], 100 + i % 400,
  now() - interval '1 hour' * i * 7
FROM generate_series(1, 1200) i`

test('stats: --csv, --html, --json -> the same numbers; blocks with UTF-8, else ASCII', async () => {
  const { flags, open } = await migratedServer()
  const cwd = scratch({ 'out/report.html': 'old '.repeat(100_000), 'a file': 'old' })
  const file = path.join(cwd, 'out/report.html')
  const run = (args: readonly string[], env = {}): ReturnType<typeof runSkills> => runSkills([...args, ...flags], { cwd, env })
  const db = await open()
  await db.exec(EVENTS)
  await db.close()

  const { report } = JSON.parse((await run(['stats', '--json'])).stdout) as { report: StatsReport }
  const uses = report.skills.map(({ totalUses }) => totalUses)
  expect(uses).toEqual([600, 200, 200, 200])
  const mode = statSync(file).mode
  const csv = await run(['stats', '--csv', '--quiet', '--html', 'out/report.html'])
  expect(csv).toMatchObject({ code: 0, stderr: '' })
  const [titles, ...rows] = csv.stdout.trimEnd().split('\n')
  expect(titles).toMatch(/^skill_id,total_uses,success_count,success_rate_pct,/)
  expect(rows.map((row) => Number(row.split(',')[1]))).toEqual(uses)
  expect(rows.find((row) => row.includes('1+1'))).toMatch(/^"'=1\+1",/)
  expect(rows.find((row) => row.includes('script'))).toMatch(/^"<script>alert\(""1""\)<\/script>",/)

  // replaced whole, with the permissions that the old one had, and no draft is left
  const html = readFileSync(file, 'utf8')
  expect(html).toMatch(/^<!doctype html>[^]*<\/html>\n$/)
  expect([statSync(file).mode, readdirSync(path.dirname(file))]).toEqual([mode, ['report.html']])
  const cells = [...html.matchAll(/<tr><th scope="row" class="word">[^<]*<\/th><td class="number">([\d,]+)<\/td><td class="word">/g)]
  expect(cells.map(([, count = '']) => Number(count.replaceAll(',', '')))).toEqual(uses)
  expect(html).not.toMatch(/<script/i)
  expect(html + csv.stdout).not.toContain('geheim')

  const page = await run(['stats', 'checkin', '--html', '-'])
  expect(page).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringMatching(/^<!doctype html>[^]*Hours of the week[^]*<\/html>\n$/),
  })

  writeFileSync(file, 'kept')
  expect(await run(['stats', '--html', 'a file/report.html'])).toMatchObject({
    stdout: '',
    stderr: expect.stringMatching(/REPORT_NOT_WRITTEN.*a file\/report\.html.*not a folder/),
  })
  expect(readFileSync(path.join(cwd, 'a file'), 'utf8')).toBe('old')

  const unicode = await run(['stats', '--html', 'out/report.html'], { LANG: 'C.UTF-8' })
  expect(unicode).toMatchObject({ code: 0, stdout: expect.stringMatching(/█/), stderr: 'wrote out/report.html\n' })
  for (const [args, env] of [
    [[], {}],
    [['--ascii'], { LANG: 'C.UTF-8' }],
  ] as const)
    // oxlint-disable-next-line no-control-regex
    expect((await run(['stats', 'checkin', ...args], env)).stdout).toMatch(/^[\n\u0020-\u007e]*##[\n\u0020-\u007e]*$/)
})

test.each([
  [['--csv', '--json'], '--csv and --json'],
  [['--html', '-', '--csv'], '--html - and --csv'],
  [['--html', ''], 'invalid value "" for --html (expected a file)'],
])('stats: %j -> exit code 2 before anything is read', async (args, message) => {
  const cwd = scratch()
  const { code, stdout, stderr } = await runSkills(['stats', '--embedded', 'none', ...args], { cwd })
  expect(code).toBe(2)
  expect(stdout + stderr).toContain(message)
  expect(existsSync(path.join(cwd, 'none'))).toBe(false)
})
