import path from 'node:path'
import { loadSettings } from '../src/config/settings.ts'
import type { Db } from '../src/db/db.ts'
import { openDb } from '../src/db/open.ts'
import { recreate, type Bench } from './bench.ts'
import { peerTools, runPeer, type PeerFile, type PeerTool, type RunResult } from './peer-tools.ts'

/** One behaviour, tried with the same SQL in every tool. */
interface Input {
  question: string
  /** What the tool did, in a few words. */
  answer(trial: Trial): Promise<string>
}

/** A tool with an empty database and an empty folder. */
interface Trial {
  db: Db
  /** Replaces the migrations. */
  write(...files: readonly PeerFile[]): void
  up(onStart?: (pid: number) => void): Promise<RunResult>
  /** The answer of a query with one value. */
  value(sql: string): Promise<unknown>
  exists(table: string): Promise<boolean>
}

/** Prints a table in Markdown: what skills and other tools do with the same inputs. docs/migrate-peers.md has the result of one run. */
export async function benchPeers(bench: Bench): Promise<void> {
  const { tools, missing } = peerTools(bench.root)
  console.log(`\n| the same input | ${tools.map(({ name, version }) => `${name} ${version}`).join(' | ')} |`)
  console.log(`|---|${tools.map(() => '---|').join('')}`)
  for (const { question, answer } of INPUTS) {
    const answers: string[] = []
    for (const tool of tools) answers.push(await withTrial(bench, tool, answer))
    console.log(`| ${question} | ${answers.join(' | ')} |`)
  }
  if (missing.length > 0) console.log(`\nNot installed on this machine: ${missing.join(', ')}.`)
}

async function withTrial(bench: Bench, tool: PeerTool, work: (trial: Trial) => Promise<string>): Promise<string> {
  const database = 'bench_peer'
  await recreate(bench, database)
  const url = bench.url(database)
  const folder = path.join(bench.scratch, 'peer', 'migrations')
  const settings = await loadSettings({ databaseUrl: url }, {}, bench.scratch)
  const db = await openDb(settings.database.value)
  const value = async (sql: string): Promise<unknown> => Object.values((await db.query(sql))[0] ?? {})[0]
  try {
    return await work({
      db,
      value,
      write: (...files) => tool.write(folder, files),
      up: (onStart) => runPeer(tool, folder, url, onStart),
      exists: async (table) => (await value(`SELECT to_regclass('public.${table}') IS NOT NULL`)) === true,
    })
  } finally {
    await db.close()
  }
}

const file = (number: string, name: string, sql: string, noTransaction = false): PeerFile => ({ number, name, sql, noTransaction })

const INPUTS: readonly Input[] = [
  {
    question: 'two files with the same date',
    answer: async ({ write, up, exists }) => {
      write(file('20260101', 'a', 'CREATE TABLE a (id int);'), file('20260101', 'b', 'CREATE TABLE b (id int);'))
      const first = await up()
      const second = await up()
      if ((await exists('a')) && (await exists('b'))) return 'both applied'
      return second.code === 0 ? '**exit 0, the second is lost**' : `refused, exit ${first.code}`
    },
  },
  {
    question: 'the first of two tables exists already',
    answer: async ({ db, write, up, exists }) => {
      await db.exec('CREATE TABLE public.a (id int)')
      write(file('20260101', 'a', 'CREATE TABLE a (id int);\nCREATE TABLE b (id int);'))
      const { code } = await up()
      return (await exists('b')) ? `skips it, creates the second, exit ${code}` : `fails, exit ${code}`
    },
  },
  {
    question: 'the second file fails, is corrected, and runs again',
    answer: async ({ write, up, exists }) => {
      const first = file('20260101', 'a', 'CREATE TABLE a (id int);')
      write(first, file('20260102', 'b', 'CREATE TABLE b (id int);\nSELECT 1 / 0;'))
      await up()
      const between = [
        (await exists('a')) ? 'first kept' : 'first undone',
        (await exists('b')) ? '**half of the second stays**' : 'second undone',
      ]
      write(first, file('20260102', 'b', 'CREATE TABLE b (id int);'))
      const { code } = await up()
      return `${between.join(', ')}; then exit ${code}`
    },
  },
  {
    question: 'an applied file is edited',
    answer: async ({ write, up }) => {
      write(file('20260101', 'a', 'CREATE TABLE a (id int);'))
      await up()
      write(file('20260101', 'a', 'CREATE TABLE a (id bigint);'))
      const { code } = await up()
      return code === 0 ? '**not noticed, exit 0**' : `refused, exit ${code}`
    },
  },
  {
    question: 'an applied file with an INSERT is renamed',
    answer: async ({ write, up, value }) => {
      const sql = 'CREATE TABLE IF NOT EXISTS a (id int);\nINSERT INTO a VALUES (1);'
      write(file('20260101', 'a', sql))
      await up()
      write(file('20260102', 'ab', sql))
      const { code } = await up()
      const rows = await value('SELECT count(*)::int FROM public.a')
      return rows === 1 ? `runs once, exit ${code}` : `**runs twice, exit ${code}**`
    },
  },
  {
    question: 'a file with a byte order mark and CRLF, later saved without them',
    answer: async ({ write, up, exists }) => {
      write(file('20260101', 'a', '\ufeffCREATE TABLE a (id int);\r\nCREATE TABLE b (id int);\r\n'))
      const first = await up()
      if (!(await exists('b'))) return `fails, exit ${first.code}`
      write(file('20260101', 'a', 'CREATE TABLE a (id int);\nCREATE TABLE b (id int);\n'))
      const second = await up()
      return second.code === 0 ? 'applied, the same file' : `applied, then "changed", exit ${second.code}`
    },
  },
  {
    question: 'an error in line 5 of the SQL',
    answer: async ({ write, up }) => {
      write(file('20260101', 'a', '-- 1\n-- 2\nCREATE TABLE a (\n  id int,\n  name txt\n);'))
      const { output, code } = await up()
      const place = /(?:\.sql:|[Ll]ine:? ?|LINE )(\d+)/.exec(output)?.[1]
      return place === undefined
        ? `no line, exit ${code}`
        : `line ${place}${place === '5' ? '' : ' (of its own file or statement)'}, exit ${code}`
    },
  },
  {
    question: 'six runs at once on an empty database',
    answer: async ({ write, up, value }) => {
      write(file('20260101', 'a', 'CREATE TABLE a (id int);\nINSERT INTO a VALUES (1);'))
      const results = await Promise.all(Array.from({ length: 6 }, () => up()))
      const failed = results.filter(({ code }) => code !== 0).length
      return `${failed === 0 ? 'all exit 0' : `**${failed} of 6 fail**`}, applied ${String(await value('SELECT count(*)::int FROM public.a'))} time(s)`
    },
  },
  {
    question: 'a file that sets search_path, as pg_dump does, before another one',
    answer: async ({ write, up, exists }) => {
      write(
        file('20260101', 'a', "SELECT pg_catalog.set_config('search_path', '', false);"),
        file('20260102', 'b', 'CREATE TABLE b (id int);'),
      )
      const { code } = await up()
      return (await exists('b')) ? `both applied, exit ${code}` : `**fails, exit ${code}**`
    },
  },
  {
    question: 'a file that sets a role without rights on the ledger',
    answer: async ({ db, write, up, exists }) => {
      await db.exec(
        "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'bench_peer') THEN CREATE ROLE bench_peer; END IF; END $$",
      )
      await db.exec('GRANT CREATE, USAGE ON SCHEMA public TO bench_peer')
      write(file('20260101', 'a', 'SET ROLE bench_peer;\nCREATE TABLE a (id int);'), file('20260102', 'b', 'CREATE TABLE b (id int);'))
      const { code } = await up()
      return (await exists('b')) ? `both applied, exit ${code}` : `**fails, exit ${code}**`
    },
  },
  {
    question: 'CREATE INDEX CONCURRENTLY fails, is run again when its cause is gone',
    answer: async ({ db, write, up, value }) => {
      await db.exec('CREATE TABLE public.a (id int); INSERT INTO public.a VALUES (1), (1)')
      write(file('20260101', 'i', 'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS a_id ON a (id);', true))
      const first = await up()
      await db.exec('DELETE FROM public.a WHERE ctid = (SELECT min(ctid) FROM public.a)')
      const second = await up()
      const valid = await value("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('public.a_id')")
      if (valid === undefined) return `cannot run it, exit ${first.code}`
      return valid === true ? `built, exit ${second.code}` : `**left INVALID, exit ${second.code}**`
    },
  },
  {
    question: 'the process is killed during a statement of 20 s',
    answer: async ({ write, up, value }) => {
      write(file('20260101', 'a', 'SELECT pg_sleep(20);'))
      let pid = 0
      const run = up((started) => (pid = started))
      const running =
        "SELECT count(*)::int FROM pg_stat_activity WHERE query LIKE '%pg_sleep(20)%' AND pid <> pg_backend_pid() AND state = 'active'"
      for (let i = 0; i < 100 && (await value(running)) === 0; i++) await wait(100)
      process.kill(pid, 'SIGKILL')
      await wait(3_000)
      const left = await value(running)
      await value("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(20)%' AND pid <> pg_backend_pid()")
      await run
      return left === 0 ? 'the server ends it within 3 s' : '**the server goes on**'
    },
  },
]

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
