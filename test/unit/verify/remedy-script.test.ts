import { beforeAll, expect, test } from 'vitest'
import { loadModule, parseSync } from 'libpg-query'
import type { CheckResult, Fault } from '../../../src/verify/report.ts'
import { remedyScript } from '../../../src/verify/remedy-script.ts'

beforeAll(loadModule)

const facts = { database: 'postgres://deploy@db/app', schema: 'public', tool: 'skills 1.2.3', now: new Date('2026-01-02T03:04:05Z') }

const check = (id: string, faults: Partial<Fault>[], status: CheckResult['status'] = 'failed'): CheckResult => ({
  id,
  title: id,
  severity: 'error',
  status,
  file: 'f.sql',
  line: 1,
  faults: faults.map((fault) => ({ object: 'it', expected: 'a', actual: 'b', remedy: fault.sql ?? '', ...fault })),
})

const scriptOf = (...checks: CheckResult[]): { text: string; statements: number } => remedyScript(checks, facts)

/** The statements that are no comments, by their first two words. */
const running = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('--'))
    .map((line) => line.split(' ').slice(0, 2).join(' '))

test('remedy script: statements of every kind -> what others need comes first, then privileges, foreign keys last', () => {
  const statements = [
    'ALTER TABLE ONLY public.t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES public.u(a) NOT VALID',
    'REVOKE SELECT ON TABLE public.t FROM PUBLIC',
    'COMMENT ON TABLE public.t IS NULL',
    'CREATE TRIGGER x BEFORE INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION public.f()',
    'CREATE OR REPLACE VIEW public.v AS SELECT 1',
    'CREATE INDEX i ON public.t (a)',
    'ALTER TABLE public.t ADD CONSTRAINT c CHECK (a > 0) NOT VALID',
    'CREATE OR REPLACE FUNCTION public.f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$',
    'ALTER TABLE "a ""name""".t ADD COLUMN a integer',
    'CREATE TABLE public.t (b integer)',
    "CREATE TYPE public.e AS ENUM ('x')",
  ]
  const { text, statements: count } = scriptOf(
    check(
      'drift.missing',
      statements.map((sql) => ({ sql })),
    ),
  )
  expect(running(text)).toEqual(statements.toReversed().map((sql) => sql.split(' ').slice(0, 2).join(' ')))
  expect(count).toBe(statements.length)
  expect(() => parseSync(text)).not.toThrow()
})

test('remedy script: the header -> the database, the schema, the version and the time', () => {
  expect(scriptOf(check('a.b', [{ sql: 'SELECT 1' }])).text).toMatch(
    /^-- Remedies of skills verify \(skills 1\.2\.3\) for postgres:\/\/deploy@db\/app, schema public, 2026-01-02T03:04:05\.000Z\.\n/,
  )
  expect(scriptOf(check('a.b', [], 'passed'))).toMatchObject({ text: expect.stringContaining('-- Nothing to correct.'), statements: 0 })
})

test('remedy script: statements that lose something, and words -> comments', () => {
  const { text, statements } = scriptOf(
    check('drift.extra', [{ object: 'table theirs', actual: '3 columns', sql: 'DROP TABLE public.theirs;\nSELECT 2', destructive: true }]),
    check('registry.missing', [{ remedy: 'run `skills sync`' }], 'warning'),
  )
  expect(running(text)).toEqual([])
  expect(statements).toBe(0)
  expect(text).toContain('-- Destructive: it removes what was found.')
  expect(text).toContain('--| DROP TABLE public.theirs;\n--| SELECT 2;')
  expect(text).toContain('--| run `skills sync`')
})

test('remedy script: one remedy of several faults -> it runs once', () => {
  expect(running(scriptOf(check('views.columns', [{ sql: 'DROP VIEW public.v' }, { sql: 'DROP VIEW public.v' }])).text)).toEqual([
    'DROP VIEW',
  ])
})

test('remedy script: a statement that cannot run in a transaction -> the directive no-transaction comes first', () => {
  const directive = '-- skills: no-transaction\n'
  expect(scriptOf(check('indexes.definitions', [{ sql: 'CREATE INDEX CONCURRENTLY i ON public.t (a)' }])).text.startsWith(directive)).toBe(
    true,
  )
  expect(scriptOf(check('indexes.definitions', [{ sql: 'CREATE INDEX i ON public.t (a)' }])).text).not.toContain(directive)
  const dropped = { sql: 'DROP INDEX CONCURRENTLY public.i', destructive: true } as const
  expect(scriptOf(check('drift.extra', [dropped])).text).not.toContain(directive)
})

test('remedy script: names and texts with line breaks -> they end no comment and are no directive', () => {
  const evil = 'x\nskills: no-transaction\nDROP TABLE t; --'
  const { text } = scriptOf(
    check('drift.extra', [
      { object: evil, expected: evil, actual: evil, remedy: evil },
      { object: evil, sql: `DROP TABLE public."x\nDROP TABLE t; --"`, destructive: true },
    ]),
  )
  expect(running(text)).toEqual([])
  expect(text.match(/^--[ \t]*skills:.*$/gm)).toEqual(['-- skills: remedies'])
})
