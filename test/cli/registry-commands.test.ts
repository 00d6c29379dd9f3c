import { chmodSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { migratedServer } from '../support/databases.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch, writeFiles } from '../support/scratch.ts'

const skill = (name: string, more = ''): string =>
  `---\nname: ${name}\ndescription: The skill ${name} of a test. Use it there.\nmetadata:\n  version: "1.0.0"\n${more}---\n\nBody.\n`
const BAD = '---\nname: bad\ndescription: Use when: it rains\nmetadata:\n  version: "1.0.0"\n---\n[x](none.md)\n'

describe('lint', () => {
  test('faults -> on stdout with their places, exit code 1', async () => {
    const cwd = scratch({ 'skills/bad/SKILL.md': BAD, 'skills/good/SKILL.md': skill('good') })
    const { code, stdout, stderr } = await runSkills(['lint'], { cwd })
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    expect(stdout).toMatch(/^skills\/bad\/SKILL\.md:3:\d+ error quote the description.*\[YAML_COLON\]$/m)
    expect(stdout).toMatch(/^skills\/bad\/SKILL\.md:7:5 warning the link none\.md points to a file/m)
    expect(stdout).toMatch(/\n2 skills: 1 error, 1 warning\n1 finding can be fixed: run skills lint --fix\n$/)
  })

  test('--lenient and --namespace, as options or configured -> the same reading as sync', async () => {
    const cwd = scratch({
      'skills/a/bad/SKILL.md': BAD,
      'skills/b/bad/SKILL.md': BAD,
      'skills/a/bad/none.md': '',
      'skills/b/bad/none.md': '',
    })
    const { code, stdout } = await runSkills(['lint', '--lenient'], { cwd })
    expect(code).toBe(1)
    expect(stdout).toContain('[SKILL_NAME_TWICE]')
    const asked = await runSkills(['lint', '--lenient', '--namespace', 'path'], { cwd })
    expect(asked).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/\[YAML_COLON_QUOTED\][^]*\n2 skills: 2 warnings\n2 findings can be fixed: run skills lint --fix\n$/),
    })
    writeFiles(cwd, { 'skills.config.json': '{ "lenient": true, "namespace": "path" }' })
    expect(await runSkills(['lint'], { cwd })).toMatchObject({ code: 0, stdout: asked.stdout })
    expect(await runSkills(['lint', '--namespace', 'folder'], { cwd })).toMatchObject({ code: 2 })
  })

  test('no database in production -> it runs', async () => {
    const cwd = scratch({ 'skills/good/SKILL.md': skill('good') })
    expect(await runSkills(['lint'], { cwd, env: { CI: '1', NODE_ENV: 'production' } })).toMatchObject({
      code: 0,
      stdout: '1 skill: no problems\n',
    })
    expect(readdirSync(cwd)).toEqual(['skills'])
  })

  test('--fix -> the file is fixed, its mode is kept, no other file is left', async () => {
    const cwd = scratch({ 'skills/bad/SKILL.md': `\ufeff${BAD.replaceAll('\n', '\r\n')}` })
    const file = path.join(cwd, 'skills/bad/SKILL.md')
    chmodSync(file, 0o640)
    const { code, stdout } = await runSkills(['lint', '--fix'], { cwd })
    expect(code).toBe(0)
    expect(stdout).toContain('fixed skills/bad/SKILL.md (YAML_COLON)')
    expect(readFileSync(file, 'utf8')).toBe(`\ufeff${BAD.replace('Use when: it rains', '"Use when: it rains"').replaceAll('\n', '\r\n')}`)
    expect(statSync(file).mode & 0o777).toBe(0o640)
    expect(readdirSync(path.dirname(file))).toEqual(['SKILL.md'])
  })

  test('a file as argument -> the skill it belongs to, without nested skills', async () => {
    const cwd = scratch({
      'skills/bad/SKILL.md': BAD,
      'skills/good/SKILL.md': skill('good'),
      'skills/good/scripts/run.sh': '',
      'skills/good/inner/SKILL.md': BAD,
      'notes.txt': '',
    })
    const run = (...paths: string[]): ReturnType<typeof runSkills> => runSkills(['lint', ...paths], { cwd })
    expect(await run('skills/good/SKILL.md', 'skills/good/scripts/run.sh')).toMatchObject({ code: 0, stdout: '1 skill: no problems\n' })
    expect(await run('skills/bad/SKILL.md')).toMatchObject({ code: 1, stdout: expect.stringContaining('1 skill: 1 error') })
    expect(await run('skills/good')).toMatchObject({ code: 1, stdout: expect.stringContaining('2 skills: 1 error') })
    expect(await run('notes.txt')).toMatchObject({ code: 2, stderr: expect.stringContaining('is not part of a skill') })
    expect(await run('nowhere')).toMatchObject({ code: 2, stderr: expect.stringContaining('SKILLS_DIR_MISSING') })
  })

  test('severities in the configuration file -> used', async () => {
    const cwd = scratch({ 'skills/good/SKILL.md': skill('good', '  tier: fast\n') })
    writeFiles(cwd, { 'skills.config.json': '{"rules": {"SKILL_TIER_INVALID": "warning"}}' })
    expect(await runSkills(['lint'], { cwd })).toMatchObject({ code: 0, stdout: expect.stringContaining('1 skill: 1 warning') })
    expect(await runSkills(['lint', '--max-warnings', '0'], { cwd })).toMatchObject({ code: 1 })
    expect((await runSkills(['rules'], { cwd })).stdout).toMatch(/SKILL_TIER_INVALID +warning \*/)
    writeFiles(cwd, { 'skills.config.json': '{"rules": {"SKILL_TEIR_INVALID": "warning"}}' })
    for (const command of ['lint', 'sync', 'rules']) {
      expect(await runSkills([command, ...(command === 'sync' ? ['--embedded', 'memory'] : [])], { cwd })).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('did you mean "SKILL_TIER_INVALID"?'),
      })
    }
  })

  test.each(['github', 'junit', 'sarif', 'tap', 'json'])('--reporter %s -> the place is named', async (reporter) => {
    const cwd = scratch({ 'skills/bad/SKILL.md': BAD })
    const { code, stdout, stderr } = await runSkills(['lint', '--reporter', reporter], { cwd })
    expect({ code, stderr: reporter === 'json' ? stderr : '' }).toEqual({ code: 1, stderr: '' })
    expect(stdout).toContain('skills/bad/SKILL.md')
    expect(stdout).toContain('YAML_COLON')
  })
})

describe('list, show, enable, disable, trust', () => {
  test('registry commands: a synced registry -> it is listed and changed', async () => {
    const { flags } = await migratedServer()
    const cwd = scratch({
      'skills/one/SKILL.md': skill('one', '  tier: FAST\n'),
      'skills/two/SKILL.md': skill('two', '  trust-level: "4"\n'),
    })
    const run = (...args: string[]): ReturnType<typeof runSkills> => runSkills([...args, ...flags], { cwd })
    expect((await run('list')).stdout).toContain('the registry is empty')
    await run('sync')
    expect((await run('list')).stdout).toMatch(/one +1\.0\.0 +enabled +1 +FAST[^]*two +1\.0\.0 +enabled +4[^]*2 skills, 2 enabled\n$/)
    expect((await run('disable', 'one', 'two')).stdout).toMatch(/one: disabled \(was enabled\)\n {2}two: disabled/)
    expect((await run('list', '--disabled', '--min-trust', '4')).stdout).toMatch(/two +1\.0\.0 +disabled \*[^]*1 skill, 0 enabled/)
    expect(await run('sync')).toMatchObject({ code: 0, stdout: expect.stringContaining('2 unchanged') })
    expect((await run('list', '--enabled')).stdout).toContain('no matching skills')
    expect((await run('trust', 'one', '3')).stdout).toContain('one: trust level 3 (was trust level 1)')
    expect((await run('show', 'one')).stdout).toMatch(/trust level +3 \(set in the database; 1 in the file\)/)
    expect(await run('enable', 'one', 'tow')).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('did you mean two?') })
    expect((await run('list', '--enabled')).stdout).toContain('no matching skills')
    expect(await run('list', '--tier', 'fats')).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean FAST?') })
    expect(await run('list', '--enabled', '--disabled')).toMatchObject({ code: 2 })
    expect(await run('enable')).toMatchObject({ code: 2, stderr: expect.stringContaining('USAGE') })
  })
})

test('diff: changed skills -> fields with old and new values, and files', async () => {
  const { flags } = await migratedServer()
  const cwd = scratch({
    'skills/one/SKILL.md': skill('one'),
    'skills/one/a.txt': '1',
    'skills/one/b.txt': '1',
    'skills/gone/SKILL.md': skill('gone'),
  })
  const run = (...args: string[]): ReturnType<typeof runSkills> => runSkills([...args, ...flags], { cwd })
  expect((await run('diff')).stdout).toMatch(/\+ one skills\/one\n {4}\+ SKILL\.md\n {4}\+ a\.txt\n {4}\+ b\.txt\n2 added, 0 unchanged\n$/)
  await run('sync')
  expect(await run('diff', '--exit-code')).toMatchObject({ code: 0, stdout: expect.stringContaining('no difference: 2 skills unchanged') })
  rmSync(path.join(cwd, 'skills/one/b.txt'))
  rmSync(path.join(cwd, 'skills/gone'), { recursive: true })
  writeFiles(cwd, { 'skills/one/SKILL.md': skill('one', '  tier: DEEP\n'), 'skills/one/a.txt': '2' })
  const { code, stdout } = await run('diff', '--exit-code')
  expect(code).toBe(1)
  expect(stdout).toMatch(
    /- gone disabled: its folder no longer exists\n~ one skills\/one\n {4}tier: \(none\) -> DEEP\n {4}~ SKILL\.md\n {4}~ a\.txt\n {4}- b\.txt\n/,
  )
  // it only looked
  expect((await run('diff')).stdout).toBe(stdout)
})

test('new, import: new skills -> lint passes', async () => {
  const cwd = scratch({ 'old/two/meta.json': '{"id": "two", "description": "The skill two of a test.", "version": "1.0.0"}' })
  expect(await runSkills(['new', 'one'], { cwd })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('created skills/one/SKILL.md'),
  })
  expect(await runSkills(['new', 'Two Words'], { cwd })).toMatchObject({ code: 2, stderr: expect.stringContaining('use two-words') })
  expect((await runSkills(['import', 'old', '--dry-run'], { cwd })).stdout).toContain('1 skill would be imported')
  expect((await runSkills(['import', 'old'], { cwd })).stdout).toContain('+ skills/two/SKILL.md from old/two')
  expect(await runSkills(['lint', '--max-warnings', '0'], { cwd })).toMatchObject({ code: 0, stdout: '2 skills: no problems\n' })
})
