import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import yaml from 'js-yaml'
import { describe, expect, test } from 'vitest'
import { freshServer, serverUrl } from '../support/databases.ts'
import { elements, parseXml } from '../support/parse-xml.ts'
import { BIN } from '../support/run-skills.ts'
import { scratch, writeFiles } from '../support/scratch.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const docs = readFileSync(path.join(ROOT, 'docs/ci.md'), 'utf8')
const SKILL = '---\nname: one\ndescription: The skill of a test. Use it there.\nmetadata:\n  version: 1.0.0\n---\n\nBody.\n'

interface Step {
  name?: string
  run?: string
  if?: string
}

/** The block whose first line is a comment with the name of the file. */
function example(file: string): unknown {
  const blocks = [...docs.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, text = '']) => text)
  return yaml.safeLoad(blocks.find((text) => text.startsWith(`# ${file}\n`)) ?? '')
}

const github = example('.github/workflows/skills.yml') as { jobs: { skills: { steps: Step[]; env: Record<string, string> } } }
const gitlab = example('.gitlab-ci.yml') as { skills: { script: string[]; after_script: string[]; variables: Record<string, string> } }

/** A project that has this package in node_modules. */
function project(files: Record<string, string> = {}): string {
  const cwd = scratch({
    'package.json': '{"type": "module"}',
    'skills/one/SKILL.md': SKILL,
    'db/migrations/001_notes.sql': 'CREATE TABLE notes (id bigint PRIMARY KEY);\n',
    // what it would install is there already, and a test must not need the network
    'bin/npm': '#!/bin/sh\n[ "$1" = ci ] && exit 0\necho "unexpected: npm $*" >&2; exit 1\n',
    // npx takes a second to find what is in node_modules/.bin
    'bin/npx': '#!/bin/sh\n[ "$1" = --no ] && shift\nname=$1; shift\nexec "node_modules/.bin/$name" "$@"\n',
    ...files,
  })
  for (const command of ['npm', 'npx']) chmodSync(path.join(cwd, 'bin', command), 0o755)
  mkdirSync(path.join(cwd, 'node_modules/.bin'), { recursive: true })
  symlinkSync(ROOT, path.join(cwd, 'node_modules/skills-registry'))
  symlinkSync(BIN, path.join(cwd, 'node_modules/.bin/skills'))
  return cwd
}

interface Outcome {
  status: number | null
  stdout: string
  stderr: string
}

function runStep(shell: readonly string[], script: string, cwd: string, env: Record<string, string>): Outcome {
  const [command = 'sh', ...args] = shell
  const result = spawnSync(command, [...args, script], {
    cwd,
    encoding: 'utf8',
    env: { PATH: `${path.join(cwd, 'bin')}:${process.env['PATH'] ?? ''}`, HOME: cwd, CI: 'true', ...env },
  })
  return { status: result.status, stdout: result.stdout, stderr: result.stderr }
}

// "Workflow syntax for GitHub Actions", jobs.<job_id>.steps[*].shell: the default
const BASH = ['bash', '-e', '-c']
const GITLAB = ['sh', '-e', '-c']

function failures(file: string): string[] {
  return elements(parseXml(readFileSync(file, 'utf8')), 'failure').map(({ attributes }) => attributes['type'] ?? '')
}

describe('the workflow for GitHub', () => {
  const steps = github.jobs.skills.steps.filter(({ run }) => run !== undefined)
  const environment = async (cwd: string): Promise<Record<string, string>> => {
    const { name } = await freshServer()
    return { ...github.jobs.skills.env, DATABASE_URL: serverUrl(name), GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: cwd }
  }

  test('a correct project -> it passes and writes its reports', async () => {
    const cwd = project()
    const env = await environment(cwd)
    expect(steps.length).toBeGreaterThan(3)
    for (const { run = '' } of steps) {
      const result = runStep(BASH, run, cwd, env)
      expect({ run, ...result }).toMatchObject({ run, status: 0 })
    }
    expect(failures(path.join(cwd, 'reports/files.xml'))).toEqual([])
    expect(failures(path.join(cwd, 'reports/server.xml'))).toEqual([])
  })

  test('a bad skill or a bad migration -> it fails at their lines', async () => {
    const cwd = project({ 'skills/two/SKILL.md': 'no front matter\n' })
    const env = await environment(cwd)
    const files = steps.find(({ name }) => name === 'Files')?.run ?? ''
    const skill = runStep(BASH, files, cwd, env)
    expect(skill.status).toBe(1)
    expect(skill.stdout).toMatch(/^::error file=skills\/two\/SKILL\.md,line=1,/m)
    expect(failures(path.join(cwd, 'reports/files.xml'))).toContain('FRONT_MATTER_MISSING')
    writeFiles(cwd, { 'db/migrations/001_notes.sql': 'CREATE TABLE notes (id bigint);\nSELECT * FROM nowhere;\n' })
    const migration = runStep(BASH, files, cwd, env)
    expect(migration.status).toBe(4)
    expect(migration.stdout).toMatch(/^::error file=db\/migrations\/001_notes\.sql,line=2,col=15,/m)
    const server = steps.find(({ name }) => name === 'Server')?.run ?? ''
    expect(runStep(BASH, server, cwd, env).status).toBe(4)
    const help = steps.find((step) => step.if === 'failure()')?.run ?? ''
    expect(runStep(BASH, help, cwd, env).stdout).toContain('1 migration pending: 001_notes')
  })
})

test('the workflow for pull requests of others: hostile configuration -> lint finds the fault, nothing of the folder runs', () => {
  const workflow = example('.github/workflows/skills-pull-request.yml') as { permissions: object; jobs: { lint: { steps: Step[] } } }
  expect(workflow.permissions).toEqual({})
  const lint = workflow.jobs.lint.steps.find(({ name }) => name === 'Skills')?.run ?? ''
  const cwd = project({
    'skills/two/SKILL.md': 'no front matter\n',
    'skills.config.json': '{"skills": "none"}',
    'skills.config.cjs': 'require("node:fs").writeFileSync("ran", "")',
    '.env': 'SKILLS_SKILLS=none\n',
  })
  const env = { RUNNER_TEMP: path.join(cwd, 'temp'), GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: cwd }
  mkdirSync(path.join(cwd, 'temp'))
  symlinkSync(cwd, path.join(cwd, 'temp/skills'))
  const result = runStep(BASH, lint, cwd, env)
  expect(result.status).toBe(1)
  expect(result.stdout).toMatch(/^::error file=skills\/two\/SKILL\.md,line=1,/m)
  expect(existsSync(path.join(cwd, 'ran'))).toBe(false)
})

test('the job for GitLab: a correct project -> it passes and writes its reports', async () => {
  const cwd = project()
  const { name } = await freshServer()
  const env = { ...gitlab.skills.variables, DATABASE_URL: serverUrl(name), GITLAB_CI: 'true' }
  for (const script of [...gitlab.skills.script, ...gitlab.skills.after_script]) {
    const result = runStep(GITLAB, script, cwd, env)
    expect({ script, ...result }).toMatchObject({ script, status: 0 })
  }
  expect(failures(path.join(cwd, 'reports/server.xml'))).toEqual([])
  expect(existsSync(path.join(cwd, 'reports/files.xml'))).toBe(true)
})

test('the steps of a deploy: run twice -> they pass', async () => {
  const deploy = /^```sh\n([^]*?)^```$/m.exec(docs.slice(docs.indexOf('## In a deploy')))?.[1] ?? ''
  expect(deploy.split('\n').length).toBeGreaterThan(3)
  const cwd = project()
  const { name } = await freshServer()
  const env = { DATABASE_URL: serverUrl(name), PATH: `${path.join(cwd, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}` }
  for (const run of [1, 2]) expect({ run, ...runStep(GITLAB, deploy, cwd, env) }).toMatchObject({ run, status: 0 })
})
