import { expect, test } from 'vitest'
import { freshServer } from '../support/databases.ts'
import { runSkills } from '../support/run-skills.ts'
import { USER } from '../support/telemetry.ts'

test('skills stats --fail-if: a skill fails -> exit 1, the skill in every form; none fails -> exit 0', async () => {
  const { flags, open } = await freshServer()
  expect((await runSkills(['migrate', '--quiet', ...flags])).code).toBe(0)
  const db = await open()
  await db.exec(`INSERT INTO skill_usage_events (user_id, skill_id, version, outcome)
    SELECT '${USER}', skill, '1', CASE WHEN skill = 'bad' AND i > 3 THEN 'soft_fail' ELSE 'success' END
      FROM unnest(ARRAY['bad', 'good']) AS skill, generate_series(1, 10) AS i`)
  const run = (...args: string[]): ReturnType<typeof runSkills> => runSkills(['stats', ...args, ...flags])

  const failed = await run('--fail-if', 'success < 0.9')
  expect(failed).toMatchObject({ code: 1 })
  expect(failed.stdout).toMatch(/bad +success < 0\.9 +30 % +10\n\nfailed {2}success < 0\.9: 1 of 2 skills\n1 skill failed; 2 of 2 skills/)
  const json = await run('--fail-if', 'success < 0.9', '--json')
  expect(json.code).toBe(1)
  expect(JSON.parse(json.stdout)).toMatchObject({ report: { view: 'gate', gate: { failures: [{ skillId: 'bad', value: 0.3 }] } } })
  expect((await run('--fail-if', 'success < 0.9', '--csv')).stdout).toContain('bad,success < 0.9,0.3,10')
  const junit = await run('--fail-if', 'success < 0.9', '--fail-if', 'rating < 3', '--reporter', 'junit')
  expect(junit.code).toBe(1)
  expect(junit.stdout).toMatch(/tests="2" failures="1" errors="0" skipped="1"/)
  expect((await run('--fail-if', 'success < 0.9', '--reporter', 'github')).stdout).toMatch(/^::error [^\n]*skill bad/m)
  expect((await run('--fail-if', 'success < 0.9', '--html', '-')).stdout).toContain('Failed skills')

  expect(await run('--fail-if', 'success < 0.3')).toMatchObject({ code: 0 })
  expect(await run('--compare', '7d', '--fail-on', 'worse')).toMatchObject({ code: 0 })
})

test.each([
  [['--fail-if', 'sucess < 1'], 'did you mean success?'],
  [['--fail-if', 'p95 > 2'], 'a latency has a number and a unit'],
  [['--fail-on', 'worse'], '--compare'],
  [['--min-uses', '5'], '--fail-if'],
  [['--fail-if', 'uses < 1', '--by', 'tier'], '--by'],
  [['--reporter', 'junit'], '--reporter reports checks'],
])('skills stats %j -> USAGE before a database is opened', async (args, words) => {
  const { code, stderr } = await runSkills(['stats', ...args, '--database-url', 'postgres://nowhere.invalid/db'])
  expect(code).toBe(2)
  expect(stderr).toContain(words)
})
