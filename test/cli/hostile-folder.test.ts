import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { migratedServer } from '../support/databases.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch, writeFiles } from '../support/scratch.ts'

const good = (name: string): string =>
  `---\nname: ${name}\ndescription: What ${name} does\nmetadata:\n  version: "1.0.0"\n---\n\n# ${name}\n`
const bad = (yaml: string): string => `---\nname: bad\n${yaml}\n---\n`

const GOOD = 500
const ESCAPE = String.fromCharCode(27)

/** Folder names, which sort between the good ones: the content of SKILL.md, and the expected message. */
const HAZARDS: Readonly<Record<string, [content: string | Uint8Array, said: RegExp]>> = {
  'x-code': ['---js\nrequire("fs").writeFileSync("ran", "")\n---\n', /SKILL\.md:1:1 error .*`---js`/],
  'x-engine': ['---constructor\n{}\n---\n', /SKILL\.md:1:1 error/],
  'x-colon': [bad('description: Use when: it rains'), /SKILL\.md:3:22 error .*quote the description/],
  'x-colon-again': [bad('description: Use when: it rains'), /SKILL\.md:3:22 error .*quote the description/],
  'x-blank-lines': [`---\n${' \n'.repeat(32_000)}---\n`, /SKILL\.md:\d+:1 error .*(?:1,000 lines|16 KiB)/],
  'x-aliases': [
    bad(['a: &a [x]', ...Array.from({ length: 20 }, (_, i) => `b${i}: &b${i} [*a, *a, *a]`)].join('\n')),
    /SKILL\.md:3:4 error .*`&`/,
  ],
  'x-deep': [bad(`a: ${'['.repeat(5000)}`), /SKILL\.md:3:\d+ error .*20 deep/],
  'x-proto': ['---\n__proto__: {polluted: yes}\n---\n', /SKILL\.md:2:\d+ error .*no name/],
  'x-nul-escape': [bad('description: "a\\0b"'), /SKILL\.md:3:14 error .*NUL/],
  'x-nul': [bad('description: a\u0000b'), /SKILL\.md:3:1 error .*NUL/],
  'x-surrogate': [bad('description: "\\ud800"'), /SKILL\.md:3:14 error .*surrogate/],
  'x-terminal': [bad(`description: ${ESCAPE}]0;owned${ESCAPE}[2J`), /SKILL\.md:3:14 error .*U\+001B/],
  'x-utf16': [Buffer.from(`\ufeff${bad('description: d')}`, 'utf16le'), /SKILL\.md:1:1 error .*UTF-16/],
  'x-latin1': [Buffer.from(bad('description: caf\xe9'), 'latin1'), /SKILL\.md:3:1 error .*not UTF-8/],
  'x-cr': [bad('description: d').replaceAll('\n', '\r'), /SKILL\.md:1:1 error .*carriage returns/],
  'x-unclosed': ['---\nname: bad\ndescription: d\n\n# Body\n', /SKILL\.md:1:1 error .*closes/],
  'x-large-unclosed': [`---\nname: bad\n${'text\n'.repeat(60_000)}`, /SKILL\.md:1002:1 error .*1,000 lines/],
  'x-none': ['# No front matter\n', /SKILL\.md:1:1 error/],
  'x-empty': ['', /SKILL\.md:1:1 error .*empty/],
  'x-tier': [bad('description: d\ntier: SLOW'), /SKILL\.md:4:7 error .*SLOW/],
  'x-twice': [good('good-007'), /SKILL\.md:2:7 error .*the same name, good-007/],
}

test('sync: a folder with every hazard -> the good skills are written, each bad file is reported with a line, exit code 1', async () => {
  const { flags, open } = await migratedServer()
  const names = Array.from({ length: GOOD }, (_, i) => `good-${String(i).padStart(3, '0')}`)
  const cwd = scratch(Object.fromEntries(names.map((name) => [`skills/${name}/SKILL.md`, good(name)])))
  writeFiles(cwd, Object.fromEntries(Object.entries(HAZARDS).map(([folder, [content]]) => [`skills/${folder}/SKILL.md`, content])))
  // what is no fault of a skill, or a part of a good one
  writeFiles(cwd, {
    'skills/good-001/notes.md': 'x'.repeat(300_000),
    'skills/good-002/SKILL.md': `${good('good-002')}${'text\r\n'.repeat(50_000)}`,
    'skills/node_modules/x/SKILL.md': 'not searched',
    'skills/.git/x/SKILL.md': 'not searched',
    'skills/.skillignore': 'drafts/\n',
    'skills/drafts/x/SKILL.md': 'not searched',
  })
  mkdirSync(path.join(cwd, 'skills/x-pipe'))
  execFileSync('mkfifo', [path.join(cwd, 'skills/x-pipe/SKILL.md')])
  mkdirSync(path.join(cwd, 'skills/x-folder/SKILL.md'), { recursive: true })
  mkdirSync(path.join(cwd, 'skills/x-link'))
  symlinkSync('/etc/passwd', path.join(cwd, 'skills/x-link/SKILL.md'))
  symlinkSync('..', path.join(cwd, 'skills/x-loop'))
  symlinkSync('nowhere', path.join(cwd, 'skills/x-dangling'))
  writeFiles(cwd, { 'skills/x-locked/SKILL.md': good('x-locked') })
  chmodSync(path.join(cwd, 'skills/x-locked/SKILL.md'), 0)
  const isRoot = process.getuid?.() === 0

  const { code, stdout, stderr } = await runSkills(['sync', ...flags], { cwd })
  expect(code).toBe(1)
  for (const [folder, [, said]] of Object.entries(HAZARDS)) {
    const line = stderr.split('\n').find((one) => one.startsWith(`skills/${folder}/`) && one.includes(' error '))
    expect(line, `${folder} in\n${stderr.slice(0, 3000)}`).toMatch(said)
  }
  for (const folder of ['x-pipe', 'x-folder', 'x-link', ...(isRoot ? [] : ['x-locked'])])
    expect(stderr).toMatch(new RegExp(`^skills/${folder}/SKILL\\.md:1:1 error `, 'm'))
  // nothing of the files reaches the terminal as it is
  // eslint-disable-next-line no-control-regex
  expect(stdout + stderr).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/)
  const invalid = Object.keys(HAZARDS).length + 1 + 3 + (isRoot ? 0 : 1)
  expect(stdout).toMatch(new RegExp(`: ${GOOD - 1 + (isRoot ? 1 : 0)} added, 0 unchanged, ${invalid} invalid\\n$`))
  const db = await open()
  const rows = await db.query("select skill_id from skills_registry where skill_id like 'good-%' order by 1")
  expect(rows.map(({ skill_id }) => skill_id)).toEqual(names.filter((name) => name !== 'good-007'))
  await db.close()

  // with --lenient the most common fault is a warning
  const lenient = await runSkills(['sync', '--lenient', '--json', ...flags], { cwd })
  const { report } = JSON.parse(lenient.stdout) as { report: { diagnostics: { code: string; file: string }[] } }
  expect(report.diagnostics).toContainEqual(
    expect.objectContaining({ code: 'YAML_COLON_QUOTED', file: 'skills/x-colon/SKILL.md', line: 3 }),
  )
})
