import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { rollUp } from '../../src/index.ts'
import { freshServer } from '../support/databases.ts'
import { runSkills } from '../support/run-skills.ts'
import { USER } from '../support/telemetry.ts'

/** The parser of the reference implementation; it raises for a text that is not valid. */
const PARSER = `
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as families
for family in families(sys.stdin.read()):
  for sample in family.samples: print(sample.name, sorted(sample.labels.items()), sample.value)
`

const NAME = 'a "quoted" \\ name'

async function ready(): Promise<{
  run: (...args: string[]) => ReturnType<typeof runSkills>
  db: Awaited<ReturnType<Awaited<ReturnType<typeof freshServer>>['open']>>
}> {
  const { flags, open } = await freshServer()
  expect((await runSkills(['migrate', '--quiet', ...flags])).code).toBe(0)
  const db = await open()
  await db.exec(`INSERT INTO skill_usage_events (user_id, skill_id, version, outcome, latency_ms, input_tokens, output_tokens, cost_usd)
    SELECT '${USER}', skill, '1', CASE WHEN i > 8 THEN 'hard_refusal' ELSE 'success' END, i * 100, 10, 20, 0.25
      FROM unnest(ARRAY['one', '${NAME}']) AS skill, generate_series(1, 10) AS i`)
  return { run: (...args) => runSkills(['stats', '--openmetrics', ...args, ...flags]), db }
}

test('skills stats --openmetrics: events -> counters and a histogram by skill, that end with # EOF', async () => {
  const { run } = await ready()
  const { code, stdout } = await run('one')
  expect(code).toBe(0)
  const lines = stdout.trimEnd().split('\n')
  expect(lines.at(-1)).toBe('# EOF')
  expect(lines).toEqual(
    expect.arrayContaining([
      '# TYPE skills_uses counter',
      'skills_uses_total{skill="one",version="1",outcome="success"} 8',
      'skills_uses_total{skill="one",version="1",outcome="hard_refusal"} 2',
      'skills_latency_seconds_bucket{skill="one",version="1",le="0.064"} 0',
      'skills_latency_seconds_bucket{skill="one",version="1",le="0.128"} 1',
      'skills_latency_seconds_bucket{skill="one",version="1",le="0.512"} 5',
      'skills_latency_seconds_bucket{skill="one",version="1",le="+Inf"} 10',
      'skills_latency_seconds_sum{skill="one",version="1"} 5.5',
      'skills_tokens_total{skill="one",version="1",direction="output"} 200',
      'skills_cost_usd_total{skill="one",version="1"} 2.5',
    ]),
  )
  expect(stdout).not.toContain('quoted')
})

test('skills stats --openmetrics: events are rolled up and pruned -> the counters stay', async () => {
  const { run, db } = await ready()
  const before = (await run()).stdout
  expect(before).toContain(String.raw`skill="a \"quoted\" \\ name"`)
  await rollUp(db)
  expect((await run()).stdout).toBe(before)
  await db.exec(`DELETE FROM skill_usage_events; UPDATE skill_rollup_state SET pruned_before = now()`)
  expect((await run()).stdout).toBe(before)
})

test('skills stats --openmetrics: the parser of the reference implementation -> the same samples', async (context) => {
  const python = ['python3', '/usr/bin/python3'].find((command) => spawnSync(command, ['-c', 'import prometheus_client']).status === 0)
  if (python === undefined) return context.skip('python3 with prometheus_client is not installed')
  const { run } = await ready()
  const { stdout: text } = await run()
  const { status, stdout, stderr } = spawnSync(python, ['-c', PARSER], { input: text, encoding: 'utf8' })
  expect(status, stderr).toBe(0)
  expect(stdout.trimEnd().split('\n')).toHaveLength(text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length)
  expect(stdout).toContain("skills_cost_usd_total [('skill', 'one'), ('version', '1')] 2.5")
})
