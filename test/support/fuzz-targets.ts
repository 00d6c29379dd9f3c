import * as fc from 'fast-check'
import { parsePostgresUrl } from '../../src/config/postgres-url.ts'
import { SkillsError } from '../../src/core/errors.ts'
import { MessageGuard, ProtocolError } from '../../src/db/message-guard.ts'
import { fillVariables } from '../../src/migrations/files/fill-variables.ts'
import { readDirectives } from '../../src/migrations/files/directives.ts'
import { foreignFiles } from '../../src/migrations/layouts/find-layout.ts'
import { readFrontMatter } from '../../src/registry/front-matter/front-matter.ts'
import { HEAD_BYTES } from '../../src/registry/front-matter/split-front-matter.ts'
import { validateSkill } from '../../src/registry/front-matter/validate.ts'
import { loadYamlParser } from '../../src/registry/front-matter/yaml.ts'
import { classify } from '../../src/sqltext/statements/classify.ts'
import { outsideTarget } from '../../src/sqltext/statements/outside-target.ts'
import { isSessionState } from '../../src/sqltext/statements/session-state.ts'
import { rowWrites } from '../../src/sqltext/locate/row-writes.ts'
import { splitStatements } from '../../src/sqltext/statements/split.ts'
import { waitsByDesign } from '../../src/sqltext/statements/waiting.ts'
import { inputBytes } from '../../src/telemetry/input-bytes.ts'
import { readInspected } from '../../src/telemetry/inspected.ts'
import { joinLines } from '../../src/telemetry/join-lines.ts'
import { readValue } from '../../src/telemetry/logged-line.ts'
import { importEvents } from '../../src/telemetry/import-events.ts'
import { splitLines } from '../../src/telemetry/split-lines.ts'
import { dataRow, loggedIn, readyForQuery, rowDescription } from './messages.ts'

/** A function that reads foreign text, with texts that are likely to break it and what must hold for each of them. */
export interface FuzzTarget {
  name: string
  property: () => fc.IRawProperty<[string]>
}

/** Texts of the pieces, in any order, with other characters between them. */
function textOf(pieces: readonly string[]): fc.Arbitrary<string> {
  const piece = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...pieces) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
  )
  return fc.array(piece, { maxLength: 60 }).map((parts) => parts.join(''))
}

function mustHold(condition: boolean, what: string): void {
  if (!condition) throw new Error(what)
}

const parseYaml = await loadYamlParser()

const FRONT_MATTER = [
  `---\n¦---¦\n¦\r\n¦\r¦\ufeff¦ ¦\t¦  ¦: ¦:¦- ¦#¦ #¦"¦'¦\\¦|¦>¦|-\n¦[¦]¦{¦}¦&a¦*a¦<<¦!!js/function¦!¦%¦@¦\`¦,¦?¦? ¦---js`,
  `...¦\u0000¦\u001b[31m¦\u202e¦\ud800¦💥¦é¦name¦description¦metadata¦version¦trust-level¦enabled¦tags¦allowed-tools`,
  `triggers¦1.10¦true¦null¦~¦x¦name: a-skill\n¦description: A skill. Use it.\n¦metadata:\n¦  version: "1.0.0"\n`,
  `__proto__: x\n¦constructor: x\n`,
].flatMap((line) => line.split('¦'))

function readSkill(text: string): void {
  const bytes = Buffer.from(text)
  const head = bytes.subarray(0, HEAD_BYTES)
  const { document, diagnostics } = readFrontMatter(head, bytes.length > HEAD_BYTES, 'SKILL.md', parseYaml)
  const all = document === undefined ? diagnostics : [...diagnostics, ...validateSkill(document, 'a-skill').diagnostics]
  mustHold(document !== undefined || diagnostics.some(({ severity }) => severity === 'error'), 'no document and no error')
  const lines = text.split(/\r\n|\r|\n/).length
  for (const { line, code } of all)
    mustHold(line === undefined || (Number(line) >= 1 && Number(line) <= lines), `${code} is outside of the file`)
}

const SQL = [
  `'¦"¦$$¦$a$¦$¦$1¦/*¦*/¦--¦\n¦\r\n¦;¦(¦)¦[¦]¦,¦.¦\\¦ ¦\t¦:¦::¦:=¦{¦}¦E'¦e'\\''¦U&'¦U&"¦B'¦X'¦N'¦''¦""¦\u0000`,
  `\ufeff¦é¦💥¦\ud800¦\u00a0¦1e¦1.¦.5¦0x¦1_0¦BEGIN¦ATOMIC¦END¦CASE¦WHEN¦COMMIT¦COPY t FROM STDIN¦;\n1\t2\n\\.\n¦CREATE`,
  `:a¦:'a'¦:"t"¦:{?é}¦:b¦TABLE¦INDEX¦CONCURRENTLY¦OR REPLACE¦FUNCTION f()¦RETURN 1¦LANGUAGE¦sql¦AS¦DO¦ALTER¦ADD¦COLUMN¦IF NOT EXISTS¦DROP`,
  `SELECT¦INSERT INTO¦t¦a.b¦ON¦REINDEX¦REFRESH MATERIALIZED VIEW¦DETACH PARTITION¦VALIDATE CONSTRAINT¦PREPARED¦set_config`,
].flatMap((line) => line.split('¦'))

function splitSql(text: string): void {
  const { statements, faults } = splitStatements(text)
  let last = 0
  for (const { start, end, text: statement, index } of statements) {
    mustHold(start >= last && end > start && end <= text.length, `statement ${index} overlaps another one`)
    mustHold(text.slice(start, end) === statement, `statement ${index} is not a part of the file`)
    // only semicolons, white space and comments separate statements; after a fault nothing runs
    classify(statement)
    waitsByDesign(statement)
    isSessionState(statement)
    outsideTarget(statement)
    rowWrites(statement, classify(statement).verb)
    last = end
  }
  for (const { offset } of faults) mustHold(offset >= 0 && offset <= text.length, 'a fault is outside of the file')
  // the first semicolon: a byte order mark at the start of a file is not a statement
  const again = splitStatements(`;${statements.map((statement) => statement.text).join('\n;\n')}`)
  const isCopy = /copy/i.test(text)
  mustHold(
    faults.length > 0 || isCopy || again.statements.length === statements.length,
    'the statements split in another way when they are joined',
  )
}

function fillSql(text: string): void {
  const filled = fillVariables(text, { a: "it's", t: '1', é: 'x' })
  if (filled === undefined) return
  for (const { offset } of filled.faults) mustHold(offset >= 0 && offset < text.length, 'a fault is outside of the text')
  let last = 0
  for (let at = 0; at <= filled.text.length; at++) {
    const written = filled.written.offsetOf(at)
    mustHold(written >= last && written <= text.length, 'an offset goes back')
    last = written
  }
}

const DIRECTIVES = [
  `-- skills:¦--¦skills:¦\n¦\r\n¦ ¦,¦=¦"¦'¦;¦\\¦/*¦*/¦no-transaction¦repeatable¦lock-timeout¦statement-timeout¦isolation¦role`,
  `replaces¦check¦30s¦0¦serializable¦repeatable¦read¦committed¦a.sql¦SELECT¦é¦💥¦\ud800¦\ufeff¦\u0000¦$$¦a¦1`,
].flatMap((line) => line.split('¦'))

function readDirectiveLines(text: string): void {
  const { faults, checks, replaces } = readDirectives(text)
  for (const { offset } of faults) mustHold(offset >= 0 && offset <= text.length, 'a fault is outside of the file')
  for (const { text: query, start } of checks) mustHold(text.startsWith(query, start), 'a check is not a part of the file')
  mustHold(!replaces.includes(''), 'a version is empty')
}

const NDJSON = [
  `{¦}¦[¦]¦"¦:¦,¦\n¦\r\n¦\r¦\u2028¦\\¦\\u0000¦\\ud800¦ ¦null¦true¦-1¦1e999¦1.5¦NaN¦\ufeff`,
  `"user_id":"6f9619ff-8b86-4d01-b42d-00c04fc964ff"¦"skill_id":"a"¦"version":"1"¦"outcome":"success"¦"outcome":"x"`,
  `"latency_ms":¦"id":¦"created_at":"2026-01-31T12:00:00Z"¦"created_at":"-004713-01-01T00:00:00Z"`,
  `"created_at":8640000000000001¦"state_snapshot":{}¦"artifacts":[]`,
  `{"user_id":"6f9619ff-8b86-4d01-b42d-00c04fc964ff","skill_id":"a","outcome":"success","id":"1"}¦"resourceSpans":[`,
  `"attributes":[¦"__proto__":`,
].flatMap((line) => line.split('¦'))

async function readEvents(text: string): Promise<void> {
  const bytes = Buffer.from(text)
  const chunks = (): AsyncGenerator<Uint8Array> => chunksOf([bytes.subarray(0, bytes.length >> 1), bytes.subarray(bytes.length >> 1)])
  let number = 0
  for await (const line of splitLines(chunks())) mustHold(line.number === ++number, 'a line has the wrong number')
  mustHold(number >= text.split('\n').length - 1, 'a line was lost')
  let last = 0
  for await (const { line, read } of joinLines(splitLines(chunks()))) {
    mustHold(line > last && line <= number, 'a value has the line of another one')
    last = line
    if ('message' in read) mustHold(read.message !== '', 'a bad line without a reason')
    else
      for (const item of readValue(read.value, { line, userIdAs: 'uuid5' }))
        if (item.kind === 'bad') mustHold(item.message !== '', 'a bad value without a reason')
        else if (item.kind === 'event') mustHold(/^[\da-f-]{36}$/.test(item.event.key), 'an event without a key')
  }
}

const SPANS = [
  `{¦}¦[¦]¦"¦:¦,¦\n¦ ¦null¦true¦-1¦1e999¦"0"¦"resourceSpans":¦"scopeSpans":¦"spans":¦"attributes":¦"resource":¦"traceId":"a"¦"spanId":"b"`,
  `"parentSpanId":"b"¦"startTimeUnixNano":"1767323045000000000"¦"endTime":[1,2]¦"status":{"code":2}¦"context":{"span_id":"0x1"}`,
  `{"key":"gen_ai.skill.name","value":{"stringValue":"a"}}¦{"key":"user.id","value":{"intValue":5}}¦"gen_ai.operation.name":"execute_tool"`,
  `"gen_ai.skill.name":"a"¦"gen_ai.usage.input_tokens":"x"¦"process.exit.code":1¦"gen_ai.tool.call.arguments":{"skill":"b"}`,
  `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"a","spanId":"b","attributes":{"gen_ai.skill.name":"a","user.id":"u"}}]}]}]}`,
].flatMap((line) => line.split('¦'))

async function readSpans(text: string): Promise<void> {
  const report = await importEvents({ input: chunksOf([Buffer.from(text)]), db: undefined, userIdAs: 'uuid5' })
  mustHold(report.errors.length === Math.min(report.rejected, 100), 'a refusal without an error')
  mustHold(report.repeated <= report.events && report.ignored <= report.lines, 'the counts contradict each other')
}

const INSPECTED = [
  `{¦}¦[¦]¦"¦'¦\`¦:¦,¦\n¦ ¦+¦\\¦\\x1b¦\\u{1}¦undefined¦NaN¦-0¦12n¦[Object]¦[Circular *1]¦<ref *1>¦... 3 more items¦Map(1)¦=>¦a¦'a.b'`,
  `2026-01-01T00:00:00.000Z¦{ a: 1 }¦{ 'a.b': [ 'x', "it's" ] }¦__proto__`,
].flatMap((line) => line.split('¦'))

function readObject(text: string): void {
  const value = readInspected(text)
  mustHold(value === undefined || JSON.stringify(value) !== undefined, 'a value that is no JSON')
}

const BYTES = `\u001f\u008b\b¦\u00ff\u00fe¦\u00fe\u00ff¦\u0000¦\u00ef\u00bb\u00bf¦{¦}¦\n¦\u00e9¦BZh¦PK\u0003\u0004¦"a":1`.split('¦')

async function readBytes(text: string): Promise<void> {
  const bytes = Buffer.from(text, 'latin1')
  const read: Uint8Array[] = []
  try {
    for await (const chunk of inputBytes(chunksOf([bytes.subarray(0, 1), bytes.subarray(1)]))) read.push(chunk)
  } catch (error) {
    mustHold(error instanceof SkillsError && error.code === 'USAGE', 'an error without a code')
    return
  }
  mustHold(bytes.subarray(-Buffer.concat(read).length || bytes.length).equals(Buffer.concat(read)), 'other bytes')
}

async function* chunksOf(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}

const SECRET = 'hunter2secret'
const URL_PIECES = [
  `postgres://¦postgresql://¦http://¦:¦@¦/¦?¦&¦=¦#¦%¦%2F¦%zz¦%00¦+¦,¦;¦ ¦\n¦[::1]¦[¦]¦\\¦"¦'¦user¦user:${SECRET}@`,
  `:${SECRET}@¦host¦host:5432¦:99999¦127.0.0.1¦/db¦sslmode=¦require¦schema=¦password=x¦connect_timeout=¦-1`,
].flatMap((line) => line.split('¦'))

function readUrl(text: string): void {
  try {
    parsePostgresUrl(text, 'DATABASE_URL')
  } catch (error) {
    mustHold(error instanceof SkillsError && error.code === 'DATABASE_URL_INVALID', `another error: ${String(error)}`)
    mustHold(!`${String(error)} ${(error as SkillsError).hint ?? ''}`.includes(SECRET), 'the message contains the password')
  }
}

const WIRE_MESSAGES = [loggedIn(), readyForQuery(), rowDescription([{ name: 'a' }]), dataRow(['1']), dataRow([]), dataRow([null])]
const WIRE_PIECES = [
  ...'T¦D¦C¦Z¦E¦N¦S¦A¦K¦R¦1¦2¦t¦n¦I¦G¦d¦!¦\0¦\0\0¦\u0001¦\u0004¦\u0005¦\u00ff'.split('¦'),
  ...WIRE_MESSAGES.map((bytes) => bytes.toString('latin1')),
]

/** What passes is the beginning of what came, in whole messages, and the same whatever the pieces in which it came. */
function guardMessages(text: string): void {
  const bytes = Buffer.from(`${loggedIn().toString('latin1')}${text}`, 'latin1')
  const [whole, single] = [passed(bytes, bytes.length), passed(bytes, 1)]
  mustHold(bytes.subarray(0, single.length).equals(single), 'other bytes pass than came')
  mustHold(single.subarray(0, whole.length).equals(whole), 'the pieces matter')
  let at = 0
  while (at < single.length) at += 1 + single.readInt32BE(at + 1)
  mustHold(at === single.length, 'a part of a message passes')
}

/** What a guard passes on before it refuses a message, if any. */
function passed(bytes: Buffer, size: number): Buffer {
  const guard = new MessageGuard()
  const parts: Buffer[] = []
  try {
    for (let at = 0; at < bytes.length; at += size) parts.push(guard.take(bytes.subarray(at, at + size)) ?? Buffer.alloc(0))
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
  }
  return Buffer.concat(parts)
}

/** Every function that reads text from outside. A new reader of foreign text gets a line here. */
const LAYOUTS = [
  `--¦\n¦\r\n¦ ¦\t¦-¦#¦'¦$$¦/*¦*/¦;¦\ufeff¦é¦migrate:up¦migrate:down¦+goose¦ Up¦ Down¦ StatementBegin¦up migration¦down migration`,
  `--! Previous: -\n¦---- create above / drop below ----¦--liquibase formatted sql\n¦--changeset a:1\n¦--rollback x\n¦//@UNDO¦drop table t;¦select 1`,
].flatMap((line) => line.split('¦'))

function findMarks(text: string): void {
  const file = { file: 'a.sql', source: { directory: '/nowhere', label: 'dir', own: false }, text }
  const lines = text.split(/\r\n|\r|\n/).length
  for (const { line, column } of foreignFiles([file], [file]))
    mustHold(line >= 1 && line <= lines && column >= 1, 'the mark is outside of the file')
}

export const FUZZ_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'front matter',
    property: () =>
      fc.property(
        fc.oneof(
          textOf(FRONT_MATTER),
          textOf(FRONT_MATTER).map((text) => `---\n${text}\n---\n`),
        ),
        readSkill,
      ),
  },
  { name: 'SQL splitter', property: () => fc.property(textOf(SQL), splitSql) },
  { name: 'layouts of other tools', property: () => fc.property(textOf(LAYOUTS), findMarks) },
  { name: 'variables', property: () => fc.property(textOf(SQL), fillSql) },
  { name: 'directives', property: () => fc.property(textOf(DIRECTIVES), readDirectiveLines) },
  { name: 'NDJSON', property: () => fc.asyncProperty(textOf(NDJSON), readEvents) },
  { name: 'OpenTelemetry spans', property: () => fc.asyncProperty(textOf(SPANS), readSpans) },
  { name: 'objects that Node prints', property: () => fc.property(textOf(INSPECTED), readObject) },
  { name: 'bytes of events', property: () => fc.asyncProperty(textOf(BYTES), readBytes) },
  {
    name: 'database URL',
    property: () =>
      fc.property(
        fc.oneof(
          textOf(URL_PIECES),
          textOf(URL_PIECES).map((text) => `postgres://${text}`),
        ),
        readUrl,
      ),
  },
  { name: 'messages of the server', property: () => fc.property(textOf(WIRE_PIECES), guardMessages) },
]
