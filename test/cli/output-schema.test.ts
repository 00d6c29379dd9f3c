import { readFileSync } from 'node:fs'
import path from 'node:path'
import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { freshServer, migratedEmbedded, migratedServer } from '../support/databases.ts'
import { OWN_MIGRATIONS } from '../support/own-migrations.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch, writeFiles } from '../support/scratch.ts'

interface Envelope {
  schemaVersion: number
  command: string
  ok: boolean
  report: Record<string, unknown> | null
  error?: { code: string; message: string; hint?: string }
}

const schema = JSON.parse(readFileSync(path.resolve(import.meta.dirname, '../../docs/output.schema.json'), 'utf8')) as {
  properties: { command: { enum: string[] } }
}
const validate = new Ajv({ allErrors: true, strict: true }).compile(schema)

const USER = '9f1c1d3e-0000-4000-8000-000000000001'

/** No server listens there: connections fail immediately. */
const NOWHERE = ['--database-url', 'postgres://someone@127.0.0.1:1/none']

/** `command: true` for each command with a valid document of success, `command: false` for one of failure. */
const seen = new Set<string>()

const skill = (name: string, tier = 'FAST'): string =>
  `---\nname: ${name}\ndescription: The skill ${name} of a test. Use it there.\nmetadata:\n  version: "1.0.0"\n  tier: ${tier}\n---\n\nBody.\n`

/** Runs a command with --json, checks its exit code and its document, and returns the document. */
async function run(cwd: string, args: readonly string[], code: number, errorCode?: string): Promise<Envelope> {
  const result = await runSkills([...args, '--json'], { cwd })
  expect(result, args.join(' ')).toMatchObject({ code, stderr: '' })
  const document = JSON.parse(result.stdout) as Envelope
  expect(faults(document), args.join(' ')).toEqual([])
  expect(document).toMatchObject({ ok: code === 0, ...(errorCode === undefined ? {} : { error: { code: errorCode } }) })
  expect('error' in document).toBe(errorCode !== undefined)
  seen.add(`${document.command}: ${document.ok}`)
  return document
}

/** The places where a document does not match the schema. */
function faults(document: unknown): string[] {
  validate(document)
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`)
}

test('output schema: migrate and its subcommands -> their documents are valid', async () => {
  const { flags } = await freshServer()
  const cwd = scratch({ 'own/001_notes.sql': "CREATE TABLE notes (id bigint PRIMARY KEY);\nDO $$ BEGIN RAISE NOTICE 'made'; END $$;\n" })
  const own = ['--migrations', 'own', ...flags]
  await run(cwd, ['migrate', 'baseline', ...flags], 6, 'DRIFT')
  writeFiles(cwd, { 'goose/1_a.sql': '-- +goose Up\nselect 1;\n' })
  await run(cwd, ['migrate', 'import', '--from', 'goose', '--dir', 'goose', ...flags], 6, 'NOT_IMPORTED')
  await run(cwd, ['migrate', 'import', '--from', 'goose', '--dir', 'goose', '--files-only'], 0)
  const applied = await run(cwd, ['migrate', ...own], 0)
  expect(applied.report).toMatchObject({ notices: ['made'], applied: [...OWN_MIGRATIONS.map(() => ({})), { file: 'own/001_notes.sql' }] })
  writeFiles(cwd, {
    'own/002_more.sql': 'CREATE TABLE IF NOT EXISTS notes (id int);\nCREATE TABLE notes (id int);\nCREATE TABLE more (id txt);\n',
  })
  await run(cwd, ['migrate', ...own], 4, 'MIGRATION_FAILED')
  await run(cwd, ['migrate', 'status', ...own], 0)
  await run(cwd, ['migrate', 'status', ...NOWHERE], 3, 'DATABASE_UNREACHABLE')
  writeFiles(cwd, { 'own/002_more.sql': 'CREATE TABLE IF NOT EXISTS notes (id int);\nCREATE TABLE notes (id int);\n' })
  const tolerated = await run(cwd, ['migrate', ...own], 0)
  expect(tolerated.report).toMatchObject({ applied: [{ existing: [{ how: 'if not exists' }, { how: 'tolerated', sqlstate: '42P07' }] }] })
  writeFiles(cwd, { 'own/001_notes.sql': 'CREATE TABLE notes (id bigint);\n' })
  await run(cwd, ['migrate', 'repair', '001_notes', '--yes', ...own], 0)
  await run(cwd, ['migrate', 'repair', '001_notes', ...NOWHERE], 3, 'DATABASE_UNREACHABLE')
  await run(cwd, ['migrate', 'baseline', '--dry-run', ...flags], 0)
  const dumped = await run(cwd, ['migrate', 'dump', 'schema.sql', ...flags], 0)
  expect(dumped.report).toMatchObject({ file: 'schema.sql', written: true, difference: { line: 1, file: '' }, notCovered: [] })
  await run(cwd, ['migrate', 'dump', '--check', ...flags], 2, 'USAGE')
  writeFiles(cwd, { 'old/1.sql': 'CREATE TABLE a (id int);\n', 'old/2.sql': 'ALTER TABLE a ADD COLUMN b int;\n' })
  const squash = ['migrate', 'squash', '--migrations', 'old', '--embedded', 'memory', '--to']
  expect((await run(cwd, [...squash, '2'], 0)).report).toMatchObject({ file: 'old/2_squashed.sql', replaces: ['1', '2'], written: true })
  await run(cwd, [...squash, '9'], 2, 'VERSION_UNKNOWN')
  await run(cwd, ['migrate', 'lint', 'own'], 0)
  await run(cwd, ['migrate', 'lint', 'none'], 2, 'MIGRATIONS_DIR_MISSING')
  await run(cwd, ['migrate', 'new', 'add ratings', '--migrations', 'own'], 0)
  await run(cwd, ['migrate', 'new', '...', '--migrations', 'own'], 2, 'USAGE')
})

test('output schema: sync, verify, stats, log -> their documents are valid', async () => {
  const { flags, open } = await freshServer()
  const cwd = scratch({ 'skills/one/SKILL.md': skill('one'), 'skills/two/SKILL.md': skill('two') })
  await run(cwd, ['stats', '--limit', '0', ...flags], 2, 'USAGE')
  await run(cwd, ['migrate', ...flags], 0)
  expect((await run(cwd, ['sync', ...flags], 0)).report).toMatchObject({ added: [{ id: 'one' }, { id: 'two' }] })
  let db = await open()
  await db.exec(`
    UPDATE skills_registry SET trust_level = 3 WHERE skill_id = 'two';
    INSERT INTO skills_registry (skill_id, version, meta) VALUES ('gone', '1.0.0', '{"root": "skills"}');
    INSERT INTO skill_feedback (user_id, skill_id, version, rating) VALUES (gen_random_uuid(), 'one', '1.0.0', 4);
    SELECT log_skill_usage('${USER}', 'session-' || session, skill, '1.0.0', 'FAST', 'success', 180)
      FROM generate_series(1, 3) session, unnest(ARRAY['one', 'two']) skill`)
  await db.close()
  writeFiles(cwd, { 'skills/one/SKILL.md': skill('one', 'CORE'), 'skills/bad/SKILL.md': 'no front matter\n' })
  const partly = await run(cwd, ['sync', ...flags], 1)
  expect(partly.report).toMatchObject({
    changed: [{ fields: expect.arrayContaining([{ field: 'meta.tier', from: 'FAST', to: 'CORE' }]) }],
    invalid: [{ path: 'skills/bad' }],
    operatorOverrides: [{ id: 'two', field: 'trustLevel', declared: 1, actual: 3 }],
    pruneSkipped: expect.any(String),
  })
  const counted = await run(cwd, ['stats', '--cooccurrence', '--since', '1h', ...flags], 0)
  expect(counted.report).toMatchObject({ cooccurrence: [{ skillSet: ['one', 'two'] }] })
  writeFiles(cwd, { 'bad.ndjson': '{"x": 1\n', 'none.ndjson': '\n' })
  expect((await run(cwd, ['log', 'none.ndjson', ...flags], 0)).report).toMatchObject({ lines: 0, written: 0 })
  expect((await run(cwd, ['log', 'bad.ndjson', '--dry-run'], 1)).report).toMatchObject({ database: null, rejected: 1 })
  db = await open()
  await db.exec('DROP INDEX idx_skill_usage_user_time')
  await db.close()
  const broken = await run(cwd, ['verify', ...flags], 1)
  expect(broken.report).toMatchObject({ ok: false, checks: expect.arrayContaining([expect.objectContaining({ status: 'failed' })]) })
})

test('output schema: rollup, every view of stats, prune-events, forget-user, demo-data -> their documents are valid', async () => {
  const { flags, open } = await migratedServer()
  const cwd = scratch()
  const db = await open()
  await db.exec(`
    INSERT INTO skill_feedback (user_id, skill_id, version, rating) VALUES (gen_random_uuid(), 'one', '1.0.0', 4);
    SELECT log_skill_usage('${USER}', 'session-' || session, skill, '1.0.0', 'FAST', 'success', 180)
      FROM generate_series(1, 3) session, unnest(ARRAY['one', 'two']) skill`)
  expect((await run(cwd, ['rollup', ...flags], 0)).report).toMatchObject({ events: 6, feedback: 1, finished: true })
  await run(cwd, ['rollup', '--batch', '0', ...flags], 2, 'USAGE')
  expect((await run(cwd, ['stats', ...flags], 0)).report).toMatchObject({ skills: [{ avgRating: 4 }, {}], source: { kind: 'rollup' } })
  for (const question of [
    ['one'],
    ['--by', 'day'],
    ['--compare', '1h'],
    ['--funnel'],
    ['--user', USER],
    ['--exact'],
    ['one', '--by', 'hour', '--since', '1d'],
  ]) {
    await run(cwd, ['stats', ...question, ...flags], 0)
  }
  await run(cwd, ['prune-events', '--older-than', '1d', ...flags], 0)
  await run(cwd, ['prune-events', ...flags], 2, 'USAGE')
  await run(cwd, ['forget-user', 'someone', ...flags], 2, 'USAGE')
  await run(cwd, ['forget-user', USER, ...flags], 2, 'NOT_CONFIRMED')
  expect((await run(cwd, ['forget-user', USER, '--yes', ...flags], 0)).report).toMatchObject({
    tables: [{ rows: 6 }, {}, {}, {}, {}, {}, {}],
  })
  await run(cwd, ['demo-data', '--events', '50', ...flags], 0)
  await run(cwd, ['demo-data', '--events', '50', ...flags], 2, 'EVENTS_EXIST')
})

test('output schema: grants -> its documents are valid', async () => {
  const { flags } = await freshServer()
  const cwd = scratch()
  const printed = await run(cwd, ['grants', '--app-role', 'the app', ...flags], 0)
  expect(printed.report).toMatchObject({
    role: 'the app',
    statements: expect.arrayContaining(['GRANT USAGE ON SCHEMA "public" TO "the app";']),
  })
  await run(cwd, ['grants', ...flags], 2, 'USAGE')
})

test('output schema: verify --ephemeral and quickstart -> their documents are valid', async () => {
  const cwd = scratch()
  const skipped = await run(cwd, ['verify', '--ephemeral'], 0)
  expect(skipped.report).toMatchObject({ checks: expect.arrayContaining([expect.objectContaining({ status: 'skipped' })]) })
  const { flags } = await migratedEmbedded()
  expect((await run(cwd, ['quickstart', ...flags], 0)).report).toMatchObject({
    migrate: { dryRun: false },
    sampleEvents: expect.any(Number),
  })
  writeFiles(cwd, { file: '' })
  await run(cwd, ['quickstart', '--embedded', 'file'], 2, 'SYSTEM_ERROR')
})

test('output schema: lint, rules, new, import -> their documents are valid', async () => {
  const cwd = scratch({
    'skills/one/SKILL.md': skill('one'),
    'old/two/meta.json': '{"id": "two", "description": "The skill two of a test."}',
  })
  await run(cwd, ['lint'], 0)
  writeFiles(cwd, { 'skills/bad/SKILL.md': '---\nname: bad\ndescription: a: b\nhomepage: x\n---\n[x](y.md)\n' })
  expect((await run(cwd, ['lint'], 1)).report).toMatchObject({ skills: 2, invalid: 1, errors: 1, fixable: 1 })
  expect((await run(cwd, ['lint', '--fix', '--max-warnings', '0'], 1)).report).toMatchObject({
    errors: 0,
    fixed: [{ codes: ['YAML_COLON', 'SKILL_VERSION_MISSING'] }],
  })
  await run(cwd, ['rules'], 0)
  await run(cwd, ['rules', '--config', 'none.json'], 2, 'CONFIG_INVALID')
  await run(cwd, ['new', 'three'], 0)
  await run(cwd, ['new', 'three'], 2, 'FILE_EXISTS')
  await run(cwd, ['import', 'old', '--skills', 'skills'], 0)
  expect((await run(cwd, ['import', 'old'], 0)).report).toMatchObject({ imported: [], skipped: [{ id: 'two' }] })
  await run(cwd, ['import', 'nowhere'], 2, 'SKILLS_DIR_MISSING')
})

test('output schema: list, show, enable, disable, trust, diff -> their documents are valid', async () => {
  const { flags } = await freshServer()
  const cwd = scratch({ 'skills/one/SKILL.md': skill('one'), 'skills/two/SKILL.md': skill('two') })
  await run(cwd, ['list', ...flags], 2, 'NOT_MIGRATED')
  await run(cwd, ['migrate', ...flags], 0)
  expect((await run(cwd, ['diff', '--exit-code', ...flags], 1)).report).toMatchObject({
    skills: [{ change: 'added' }, { change: 'added' }],
  })
  await run(cwd, ['sync', ...flags], 0)
  await run(cwd, ['diff', '--exit-code', ...flags], 0)
  await run(cwd, ['disable', 'one', ...flags], 0)
  await run(cwd, ['disable', 'none', ...flags], 1, 'SKILL_UNKNOWN')
  await run(cwd, ['enable', 'one', 'two', ...flags], 0)
  await run(cwd, ['enable', 'none', ...flags], 1, 'SKILL_UNKNOWN')
  await run(cwd, ['trust', 'one', '4', ...flags], 0)
  await run(cwd, ['trust', 'one', '6', ...flags], 2, 'USAGE')
  await run(cwd, ['list', '--tier', 'fast', '--enabled', ...flags], 0)
  expect((await run(cwd, ['show', 'one', ...flags], 0)).report).toMatchObject({ skill: { trustLevel: 4, declared: { trustLevel: 1 } } })
  await run(cwd, ['show', 'none', ...flags], 1, 'SKILL_UNKNOWN')
  writeFiles(cwd, { 'skills/one/SKILL.md': skill('one', 'CORE'), 'skills/one/more.txt': '' })
  expect((await run(cwd, ['diff', ...flags], 0)).report).toMatchObject({ skills: [{ id: 'one', files: [{}, { change: 'added' }] }] })
})

test('output schema: explain -> its documents are valid', async () => {
  const cwd = scratch()
  expect((await run(cwd, ['explain'], 0)).report).toMatchObject({
    codes: expect.arrayContaining([expect.objectContaining({ kind: 'rule' })]),
  })
  expect((await run(cwd, ['explain', 'usage'], 0)).report).toMatchObject({ page: { code: 'USAGE', facts: ['exit code 2'] } })
  expect((await run(cwd, ['explain', '42P01'], 0)).report).toMatchObject({ page: { kind: 'sqlstate' } })
  await run(cwd, ['explain', 'USAG'], 2, 'USAGE')
})

test('output schema: doctor -> its documents are valid', async () => {
  const { flags } = await freshServer()
  const cwd = scratch()
  expect((await run(cwd, ['doctor', ...flags], 0)).report).toMatchObject({ ok: true, settings: expect.any(Array) })
  expect((await run(cwd, ['doctor', ...NOWHERE], 1)).report).toMatchObject({ ok: false })
  writeFiles(cwd, { 'skills.config.json': '{' })
  expect((await run(cwd, ['doctor', ...NOWHERE], 1)).report).toMatchObject({ settings: [] })
})

test('output schema: completion -> its documents are valid', async () => {
  expect((await run(scratch(), ['completion', 'bash'], 0)).report).toMatchObject({ shell: 'bash' })
  await run(scratch(), ['completion', 'tcsh'], 2, 'USAGE')
})

test('output schema: all tests above -> each command succeeded and failed once', () => {
  const expected = schema.properties.command.enum.flatMap((command) => [`${command}: true`, `${command}: false`])
  expect([...seen].toSorted()).toEqual(expected.toSorted())
})

describe('output schema', () => {
  const document: Envelope = {
    schemaVersion: 1,
    command: 'migrate repair',
    ok: true,
    report: {
      database: { kind: 'embedded', url: 'embedded .skills/db', version: '18.6', schema: 'public' },
      version: '001_notes',
      ledger: 'schema_migrations',
      action: 'none',
      renamedFrom: null,
      from: null,
      to: null,
      done: true,
    },
  }
  const failed: Envelope = { ...document, ok: false, report: null, error: { code: 'VERSION_UNKNOWN', message: 'there is no migration 1' } }

  test('valid documents -> accepted', () => {
    expect(faults(document)).toEqual([])
    expect(faults(failed)).toEqual([])
  })

  test.each<[string, unknown]>([
    ['an extra key of the envelope', { ...document, extra: 1 }],
    ['an extra key of the report', { ...document, report: { ...document.report, extra: 1 } }],
    [
      'an extra key of the database',
      { ...document, report: { ...document.report, database: { ...(document.report?.['database'] as object), password: 'x' } } },
    ],
    ['an extra key of the error', { ...failed, error: { ...failed.error, stack: '' } }],
    ['a missing key of the envelope', without(document, 'ok')],
    ['a missing key of the report', { ...document, report: without(document.report, 'done') }],
    ['a missing database', { ...document, report: without(document.report, 'database') }],
    ['a missing key of the error', { ...failed, error: without(failed.error, 'message') }],
    ['the report of another command', { ...document, command: 'sync' }],
    ['an unknown command', { ...document, command: 'frobnicate' }],
    ['another version', { ...document, schemaVersion: 2 }],
    ['success without a report', { ...document, report: null }],
    ['success with an error', { ...failed, ok: true, report: document.report }],
    ['an error code in another spelling', { ...failed, error: { ...failed.error, code: 'version-unknown' } }],
  ])('%s -> refused', (_, faulty) => {
    expect(faults(faulty)).not.toEqual([])
  })
})

function without(value: object | null | undefined, key: string): object {
  return Object.fromEntries(Object.entries(value ?? {}).filter(([name]) => name !== key))
}
