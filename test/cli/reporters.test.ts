import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { migratedServer } from '../support/databases.ts'
import { elements, parseXml } from '../support/parse-xml.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch } from '../support/scratch.ts'

const NOWHERE = ['--database-url', 'postgres://someone:s%26cr%3Ct@127.0.0.1:1/none']

test('verify: several reporters -> each report holds the same faults', async () => {
  const { flags, open } = await migratedServer()
  const cwd = scratch({ 'old.xml': 'old' })
  symlinkSync('old.xml', path.join(cwd, 'link.xml'))
  const db = await open()
  await db.exec('DROP INDEX idx_skill_usage_user_time')
  await db.close()
  const { code, stdout, stderr } = await runSkills(
    [
      'verify',
      ...flags,
      '--reporter',
      'text,github',
      '--reporter',
      'junit=deep/er/r.xml',
      '--reporter',
      'tap=r.tap',
      '--reporter',
      'json=r.json',
      '--reporter',
      'junit=link.xml',
      '--reporter',
      'text=r.txt',
    ],
    { cwd },
  )
  expect(code).toBe(1)
  expect(stderr).toContain('wrote deep/er/r.xml (junit): ')
  expect(stdout).toMatch(/^not verified: /m)
  expect(stdout).toMatch(/^::error title=[^\n]*\[indexes\.definitions\]::index idx_skill_usage_user_time/m)
  const read = (name: string): string => readFileSync(path.join(cwd, name), 'utf8')
  const [failure, ...others] = elements(parseXml(read('deep/er/r.xml')), 'failure')
  expect(others).toEqual([])
  expect(failure?.text).toMatch(/idx_skill_usage_user_time\n {2}expected: .*\n {2}found: .*\n {2}to do: /)
  expect(read('r.tap')).toMatch(/^not ok \d+ - indexes\.definitions/m)
  const document = JSON.parse(read('r.json')) as { ok: boolean; report: { failed: number } }
  expect(document).toMatchObject({ ok: false, report: { failed: 1 } })
  expect(read('old.xml')).toContain('<testsuites')
  expect(read('r.txt')).toMatch(/^not verified: /m)
  expect(readdirSync(cwd).filter((name) => name.includes('tmp'))).toEqual([])
})

test('verify: the database is unreachable -> the report holds the error without the password', async () => {
  const cwd = scratch()
  const { code, stdout, stderr } = await runSkills(['verify', ...NOWHERE, '--reporter', 'junit', '--output', 'r.xml'], { cwd })
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
  expect(stderr).toContain('error [DATABASE_UNREACHABLE]')
  const xml = readFileSync(path.join(cwd, 'r.xml'), 'utf8')
  expect(elements(parseXml(xml), 'error')[0]?.attributes).toMatchObject({ type: 'DATABASE_UNREACHABLE' })
  expect(xml).not.toMatch(/s(?:%26|&amp;|&)cr/)
})

test('verify: a report cannot be written -> REPORT_NOT_WRITTEN, and the old file is unchanged', async () => {
  const { flags } = await migratedServer()
  const cwd = scratch({ file: 'kept' })
  mkdirSync(path.join(cwd, 'folder'))
  for (const file of ['folder', 'file/r.xml']) {
    const { code, stdout, stderr } = await runSkills(['verify', ...flags, '--reporter', 'text', '--reporter', `junit=${file}`], { cwd })
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('error [REPORT_NOT_WRITTEN]') })
    expect(stdout).toContain('verified')
  }
  expect(readFileSync(path.join(cwd, 'file'), 'utf8')).toBe('kept')
  const json = await runSkills(['verify', ...flags, '--json', '--reporter', 'junit=folder'], { cwd })
  expect(json.code).toBe(2)
  expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, error: { code: 'REPORT_NOT_WRITTEN' } })
  const both = await runSkills(['verify', ...NOWHERE, '--reporter', 'junit=folder'], { cwd })
  expect(both.code).toBe(3)
  expect(both.stderr).toMatch(/REPORT_NOT_WRITTEN[^]*DATABASE_UNREACHABLE/)
})

test('verify: unknown reporter -> exit code 2 before anything runs', async () => {
  const cwd = scratch()
  const { code, stderr } = await runSkills(['verify', '--reporter', 'xunit'], { cwd })
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('invalid value "xunit" for --reporter') })
  expect(existsSync(path.join(cwd, '.skills'))).toBe(false)
})

test('verify: on GitHub -> paths from the root of the repository, each annotation once', async () => {
  const cwd = scratch({ 'sub/skills/bad/SKILL.md': 'no front matter\n' })
  const env = { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: cwd }
  const here = path.join(cwd, 'sub')
  const automatic = await runSkills(['verify', '--ephemeral'], { cwd: here, env })
  expect(automatic.code).toBe(1)
  expect(automatic.stderr.match(/^::error file=sub\/skills\/bad\/SKILL\.md,/gm)).toHaveLength(1)
  const asked = await runSkills(['verify', '--ephemeral', '--reporter', 'github'], { cwd: here, env })
  expect(asked.stdout.match(/^::error file=sub\/skills\/bad\/SKILL\.md,/gm)).toHaveLength(1)
  expect(asked.stderr).not.toContain('::error')
})
