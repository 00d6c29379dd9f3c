import { mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { runSkills } from '../support/run-skills.ts'
import { scratch } from '../support/scratch.ts'

const MIGRATIONS = ['--migrations', 'db']

test.each([
  [
    ['migrate', '--dry-run'],
    0,
    /: does not exist, skills migrate would create it\n[^]*would apply db\/001\.SQL[^]*dry run, nothing written\n$/,
  ],
  [
    ['migrate', 'status'],
    0,
    /: does not exist, skills migrate would create it\n[^]*pending {2}db\/001\.SQL[^]* pending: run skills migrate\n$/,
  ],
  [['migrate', 'status', '--exit-code'], 1, /db\/001\.SQL/],
  [['migrate', 'baseline', '--dry-run'], 6, /does not exist/],
  [['migrate', 'baseline'], 6, /does not exist/],
  [['verify'], 2, /^$/],
  [['migrate', 'repair', '001'], 2, /^$/],
] as const)('%j: the embedded database does not exist -> nothing is created, and that is said', async (command, code, stdout) => {
  for (const folder of [undefined, '.skills/db']) {
    const cwd = scratch({ 'db/001.SQL': 'create table a (id int);' })
    if (folder !== undefined) mkdirSync(path.join(cwd, folder), { recursive: true })
    const before = readdirSync(cwd, { recursive: true })
    const result = await runSkills([...command, ...MIGRATIONS], { cwd })
    expect(result).toMatchObject({ code, stdout: expect.stringMatching(stdout) })
    if (code === 2) expect(result.stderr).toMatch(/the embedded database \.skills\/db does not exist/)
    expect(readdirSync(cwd, { recursive: true })).toEqual(before)
  }
})

test('migrate, status, verify: a sub-folder and an empty folder -> notes, also in JSON', async () => {
  const cwd = scratch({ 'db/001.sql': 'create table a (id int);', 'db/old/000.sql': 'select 1;', 'other/x.txt': '' })
  const commands = [['migrate'], ['migrate'], ['migrate', 'status'], ['verify', '--no-drift']]
  for (const command of commands) {
    const { stdout } = await runSkills([...command, ...MIGRATIONS, '--migrations', 'other'], { cwd })
    expect(stdout).toMatch(/note db\/old: 1 \.sql file not read: name the folder with --dir to run them/)
    expect(stdout).toMatch(/note other: has no \.sql files: check the path/)
    const json = JSON.parse((await runSkills([...command, '--json', ...MIGRATIONS, '--migrations', 'other'], { cwd })).stdout) as {
      report: unknown
    }
    expect(json.report).toMatchObject({
      folderNotes: [
        { folder: 'db/old', kind: 'sub-folder' },
        { folder: 'other', kind: 'empty' },
      ],
    })
  }
})

test('folder of another tool: every command with --json -> exit 6, and the error has the place', async () => {
  const layouts = [{ 'db/1_a.sql': '-- migrate:up\nselect 1;\n-- migrate:down\nselect 2;\n' }, { 'db/sqitch.plan': '%project=a\n' }]
  for (const files of layouts) {
    const cwd = scratch(files)
    await runSkills(['migrate', '-q'], { cwd })
    for (const command of [
      ['migrate'],
      ['migrate', '--dry-run'],
      ['migrate', 'status'],
      ['migrate', 'baseline'],
      ['verify', '--no-drift'],
    ]) {
      const { code, stdout } = await runSkills([...command, '--json', ...MIGRATIONS], { cwd })
      const { report, error } = JSON.parse(stdout) as { report: { diagnostics: object[] } | null; error: { diagnostics: object[] } }
      const places = report === null ? error.diagnostics : report.diagnostics
      expect([code, places[0]], command.join(' ')).toMatchObject([6, { file: expect.stringMatching(/^db\//), line: expect.any(Number) }])
    }
  }
})
