import { cpSync, mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { connect, sync } from '../../src/index.ts'
import { copyEmbedded } from '../support/copy-embedded.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch, writeFiles } from '../support/scratch.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const readme = readFileSync(path.join(ROOT, 'README.md'), 'utf8')
const guide = readFileSync(path.join(ROOT, 'docs/verify.md'), 'utf8')

/** The blocks of a language, in order. */
function blocks(markdown: string, language: string): string[] {
  return [...markdown.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, text = '']) => text)
}

/** The runs of one block: each a command line and what it prints. */
function runs(markdown: string, first: string): { args: string[]; output: string }[] {
  const block = blocks(markdown, 'console').find((text) => text.startsWith(`$ npx ${first}\n`))
  if (block === undefined) throw new Error(`no sample begins with ${first}`)
  return block
    .split(/^\$ npx skills /m)
    .slice(1)
    .map((run) => {
      const [line = '', ...output] = run.split('\n')
      return { args: line.split(' '), output: output.join('\n') }
    })
}

const untimed = (text: string): string => text.replaceAll(/\b[\d.]+ m?s(?=\)$)/gm, 'TIME')

/** A project with the three skills of the package, its embedded database in the usual place, migrated and synced. */
let project = ''

beforeAll(async () => {
  project = scratch()
  cpSync(path.join(ROOT, 'skills'), path.join(project, 'skills'), { recursive: true })
  mkdirSync(path.join(project, '.skills'))
  cpSync(inject('embeddedTemplate'), path.join(project, '.skills/db'), { recursive: true })
})

/** A copy of the project whose database was changed in some way. */
async function after(sql: string): Promise<string> {
  const cwd = scratch()
  cpSync(path.join(project, 'skills'), path.join(cwd, 'skills'), { recursive: true })
  mkdirSync(path.join(cwd, '.skills'))
  copyEmbedded(inject('migratedTemplate'), path.join(cwd, '.skills/db'))
  const db = await connect({ embedded: path.join(cwd, '.skills/db'), env: {} })
  await sync(db, { cwd })
  await db.exec(sql)
  await db.close()
  return cwd
}

async function expectSample(markdown: string, first: string, cwd: string): Promise<void> {
  for (const { args, output } of runs(markdown, first)) {
    const { stdout } = await runSkills(args, { cwd })
    expect(untimed(stdout)).toBe(untimed(output))
  }
}

describe('samples in the documentation', () => {
  test('migrate in README.md -> printed as shown', async () => {
    const cwd = scratch()
    cpSync(project, cwd, { recursive: true })
    await expectSample(readme, 'skills migrate', cwd)
  })

  test('verify in README.md -> printed as shown', async () => {
    await expectSample(readme, 'skills verify', await after('DROP INDEX idx_skill_usage_user_time'))
  })

  test('verify in docs/verify.md -> printed as shown', async () => {
    const cwd = await after(`
      DROP INDEX idx_skill_usage_user_time;
      ALTER TABLE skills_registry DROP CONSTRAINT skills_registry_trust_level_check;
      GRANT SELECT ON skill_usage_events TO PUBLIC;
      CREATE OR REPLACE FUNCTION is_skill_unlocked(p_user_id uuid, p_skill_id text) RETURNS boolean
        LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path TO public, pg_temp AS $$BEGIN
        RETURN EXISTS (SELECT FROM skill_unlocks u WHERE u.user_id = p_user_id AND u.skill_id = p_skill_id AND u.unlocked);
      END$$`)
    await expectSample(guide, 'skills verify', cwd)
  })

  test('own checks in docs/verify.md -> printed as shown', async () => {
    const cwd = await after(`
      SELECT log_skill_usage(gen_random_uuid(), 's', 'elemental-checkin', '1.0.0', 'FAST', 'success') FROM generate_series(1, 12)`)
    writeFiles(cwd, { 'checks/accounts.sql': blocks(guide, 'sql').find((text) => text.startsWith('-- check: accounts.')) ?? '' })
    await expectSample(guide, 'skills verify --checks checks', cwd)
  })

  test('grants in docs/verify.md -> printed as shown', async () => {
    const cwd = await after('CREATE ROLE app; GRANT INSERT ON skill_feedback TO app; GRANT SELECT ON v_skill_effectiveness TO PUBLIC')
    for (const { args, output } of runs(guide, 'skills grants --app-role app')) {
      const { stdout } = await runSkills(args, { cwd })
      const [before = '', behind = ''] = output.split('…\n')
      expect(stdout).toContain(before.replace(/^.*\n/, ''))
      expect(stdout.endsWith(behind)).toBe(true)
    }
  })
})
