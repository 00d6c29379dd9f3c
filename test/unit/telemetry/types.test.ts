import { expect, test } from 'vitest'
import { createSkills, type CreateSkillsOptions, type FlushResult, type UsageEvent } from '../../../src/index.ts'

interface State {
  tier: 'CORE' | 'DEEP'
  at?: Date
  nested: { readonly list: readonly string[] }
}

// what `tsc` accepts is a part of the test: exactOptionalPropertyTypes is on, and State has no index signature
test('types: an interface as stateSnapshot and artifacts, options that may be undefined -> they are accepted', async () => {
  const state: State = { tier: 'CORE', nested: { list: [] } }
  const event: UsageEvent = {
    userId: '9f1c1d3e-0000-4000-8000-000000000001',
    skillId: 'one',
    version: '1',
    outcome: 'success',
    stateSnapshot: state,
    artifacts: Object.freeze({ state }),
  }
  const variable: string | undefined = process.env['SKILLS_TEST_NOT_SET']
  const options: CreateSkillsOptions = {
    database: variable,
    enabled: undefined,
    shadow: undefined,
    rollout: undefined,
    spillDir: undefined,
    flushMs: undefined,
    onWarning: undefined,
    env: undefined,
  }
  const skills = createSkills({ ...options, enabled: false })
  skills.logUsage(event)
  const result: FlushResult = await skills.flush({ timeoutMs: undefined })
  expect(result).toMatchObject({ complete: true, logged: 0 })
  await skills.close({ timeoutMs: undefined })
})

test('createSkills: SKILLS_ENABLED is not set -> it says once that skills are off; with 0, or `enabled`, it does not', async () => {
  const said: string[] = []
  const onWarning = ({ code }: { code: string }): number => said.push(code)
  for (const env of [{}, { SKILLS_ENABLED: '' }]) {
    const skills = createSkills({ env, onWarning })
    skills.logUsage({} as UsageEvent)
    await skills.listSkills()
    await skills.close()
    expect(said.splice(0)).toEqual(['SKILLS_OFF'])
  }
  await createSkills({ env: { SKILLS_ENABLED: '0' }, onWarning }).close()
  await createSkills({ env: {}, enabled: false, onWarning }).close()
  expect(said).toEqual([])
  const emitted: (string | undefined)[] = []
  const listener = (warning: Error & { code?: string }): number => (warning.name === 'SkillsWarning' ? emitted.push(warning.code) : 0)
  process.on('warning', listener)
  for (const _ of ['first', 'second']) await createSkills({ env: {} }).close()
  await new Promise((resolve) => setImmediate(resolve))
  process.off('warning', listener)
  expect(emitted).toEqual(['SKILLS_OFF'])
})
