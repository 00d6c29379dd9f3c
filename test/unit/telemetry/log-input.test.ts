import { inspect } from 'node:util'
import { deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { joinLines } from '../../../src/telemetry/join-lines.ts'
import type { InputLine } from '../../../src/telemetry/split-lines.ts'
import { checked, exported, otlp, span, TOOL } from '../../support/log-input.ts'

const USER = '9f1c1d3e-0000-4000-8000-000000000001'
const event = (over: object = {}): object => ({
  user_id: USER,
  skill_id: 'a',
  version: '1',
  outcome: 'success',
  created_at: '2026-01-02T03:04:05Z',
  ...over,
})
const line = (over: object = {}): string => JSON.stringify(event(over))
const attributes = { ...TOOL, 'gen_ai.tool.name': 'load_skill', 'gen_ai.skill.name': 'a', 'user.id': USER }
const LF16 = (text: string, order: 'le' | 'be'): Buffer => {
  const bytes = Buffer.from(text, 'utf16le')
  return order === 'le' ? bytes : bytes.swap16()
}

describe('bytes', () => {
  test('gzip, in members and in small chunks, a byte order mark in it -> read', async () => {
    const text = Array.from({ length: 500 }, (_, i) => line({ input_hash: String(i) }))
    const packed = Buffer.concat([gzipSync(`\ufeff${text.slice(0, 200).join('\n')}\n`), gzipSync(text.slice(200).join('\r\n'))])
    const pieces = Array.from({ length: Math.ceil(packed.length / 7) }, (_, i) => packed.subarray(7 * i, 7 * i + 7))
    expect(await checked(pieces)).toMatchObject({ lines: 500, events: 500, rejected: 0 })
    expect(await checked(packed)).toMatchObject({ events: 500 })
    expect(await checked(gzipSync(''))).toMatchObject({ lines: 0, rejected: 0 })
  })

  test.each([
    ['cut off', (packed: Buffer) => packed.subarray(0, -20)],
    ['damaged', (packed: Buffer) => Buffer.concat([packed.subarray(0, 30), Buffer.alloc(9, 255), packed.subarray(39)])],
  ])('gzip that is %s -> USAGE', async (_, change) => {
    const packed = gzipSync(Array.from({ length: 500 }, (__, i) => line({ input_hash: String(i) })).join('\n'))
    await expect(checked(change(packed))).rejects.toMatchObject({ code: 'USAGE', message: expect.stringContaining('gzip') })
  })

  test.each<[string, Buffer]>([
    ['UTF-16', Buffer.concat([Buffer.from([0xff, 0xfe]), LF16(line(), 'le')])],
    ['UTF-16', Buffer.concat([Buffer.from([0xfe, 0xff]), LF16(line(), 'be')])],
    ['UTF-16', LF16(line(), 'le')],
    ['UTF-16', LF16(line(), 'be')],
    ['UTF-16', gzipSync(LF16(line(), 'le'))],
    ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x7b, 0, 0, 0])],
    ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0, 0])],
    ['xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0])],
    ['bzip2', Buffer.from('BZh91AY')],
    ['a zip archive', Buffer.from('PK\u0003\u0004....')],
  ])('%s -> it is named, with a command that converts it', async (name, bytes) => {
    for (const chunks of [[bytes], Array.from(bytes, (_, i) => bytes.subarray(i, i + 1))])
      await expect(checked(chunks)).rejects.toMatchObject({
        code: 'USAGE',
        message: expect.stringContaining(`the input is ${name}`),
        hint: expect.stringContaining('| skills log'),
      })
  })

  test('a byte order mark of UTF-8, an empty input, one byte -> no fault of the encoding', async () => {
    expect(await checked(`\ufeff${line()}`)).toMatchObject({ events: 1, rejected: 0 })
    expect(await checked('')).toMatchObject({ lines: 0 })
    expect(await checked('{')).toMatchObject({ rejected: 1 })
    expect(await checked(deflateSync(line()))).toMatchObject({ events: 0 })
  })

  test('lines that are not UTF-8 -> each is refused with its line and column, the others are events', async () => {
    const bad = Buffer.concat([
      Buffer.from(`${line()}\n{"skill_id": "é`),
      Buffer.from([0xe9]),
      Buffer.from(`"}\n${line({ input_hash: 'é' })}\n`),
    ])
    const cut = Buffer.concat([bad, Buffer.from([0x7b, 0xe2, 0x82])])
    for (const chunks of [[cut], Array.from(cut, (_, i) => cut.subarray(i, i + 1))]) {
      const report = await checked(chunks)
      expect(report).toMatchObject({ lines: 4, events: 2, rejected: 2 })
      expect(report.errors).toMatchObject([
        { line: 2, column: 16, message: 'the line is not UTF-8' },
        { line: 4, column: 2, message: 'the line is not UTF-8' },
      ])
    }
  })
})

describe('values', () => {
  const spans = [span('1', attributes), span('2', { ...attributes, 'gen_ai.skill.name': 'b' }, { at: 500 })]

  test.each<[string, string]>([
    ['OTLP on a line, as the file exporter of the collector writes it', JSON.stringify(exported(spans))],
    ['OTLP on a line for each span', spans.map((one) => JSON.stringify(exported([one]))).join('\n')],
    ['OTLP as one document with indents', JSON.stringify(exported(spans), undefined, 2)],
    ['OTLP as one document with CRLF and tabs', JSON.stringify(exported(spans), undefined, '\t').replaceAll('\n', '\r\n')],
    ['OTLP documents one after the other', spans.map((one) => JSON.stringify(exported([one]), undefined, 4)).join('\n')],
    [
      'the spans of a resource, as the logging exporter of Java writes them',
      JSON.stringify((exported(spans) as { resourceSpans: object[] }).resourceSpans[0]),
    ],
    ['a list of spans', JSON.stringify(spans)],
    ['a list of exports with indents', JSON.stringify([exported(spans)], undefined, 2)],
    [
      'with the names of the protocol buffers',
      JSON.stringify(exported(spans))
        .replaceAll('resourceSpans', 'resource_spans')
        .replaceAll('scopeSpans', 'scope_spans')
        .replaceAll('startTimeUnixNano', 'start_time_unix_nano')
        .replaceAll('traceId', 'trace_id')
        .replaceAll('spanId', 'span_id'),
    ],
    ['the former name of scopes', JSON.stringify(exported(spans)).replaceAll('scopeSpans', 'instrumentationLibrarySpans')],
    [
      'the console exporter of Python',
      ['1', '2']
        .map((id) =>
          JSON.stringify(
            {
              name: 'execute_tool load_skill',
              context: { trace_id: '0x0af7651916cd43dd8448eb211c80319c', span_id: `0x${id}`, trace_state: '[]' },
              kind: 'SpanKind.INTERNAL',
              parent_id: null,
              start_time: '2026-01-02T03:04:05.000000Z',
              end_time: '2026-01-02T03:04:05.100000Z',
              status: { status_code: 'UNSET' },
              attributes,
              events: [],
              links: [],
              resource: { attributes: { 'service.name': 'x' }, schema_url: '' },
            },
            undefined,
            4,
          ),
        )
        .join('\n'),
    ],
    [
      'stdouttrace of Go',
      ['1', '2']
        .map((id) =>
          JSON.stringify({
            Name: 'execute_tool load_skill',
            SpanContext: { TraceID: 'abc', SpanID: id, TraceFlags: '01', TraceState: '', Remote: false },
            Parent: { TraceID: '00000000000000000000000000000000', SpanID: '0000000000000000' },
            SpanKind: 1,
            StartTime: '2026-01-02T03:04:05.123456789+01:00',
            EndTime: '2026-01-02T03:04:05.223456789+01:00',
            Attributes: Object.entries(attributes).map(([Key, Value]) => ({ Key, Value: { Type: 'STRING', Value } })),
            Events: null,
            Links: null,
            Status: { Code: 'Unset', Description: '' },
            Resource: [{ Key: 'service.name', Value: { Type: 'STRING', Value: 'x' } }],
          }),
        )
        .join('\n'),
    ],
    [
      'the console exporter of JavaScript',
      ['1', '2']
        .map((id) =>
          inspect(
            {
              resource: { attributes: { 'service.name': 'x', deep: { er: { than: { three: { levels: 1 } } } } } },
              instrumentationScope: { name: "it's", version: undefined, schemaUrl: undefined },
              traceId: 'abc',
              parentSpanContext: undefined,
              traceState: undefined,
              name: 'execute_tool "load\'s" `skill`\nline',
              id,
              kind: 0,
              timestamp: 1_767_323_045_000_000,
              duration: 100_000,
              attributes: { ...attributes, long: 'word '.repeat(60), numbers: Array.from({ length: 150 }, (_, i) => i) },
              status: { code: 0 },
              events: [],
              links: [],
            },
            { depth: 3 },
          ),
        )
        .join('\n'),
    ],
    [
      'ended spans of JavaScript as JSON, with hrTime',
      JSON.stringify(
        ['1', '2'].map((id) => ({
          _spanContext: { traceId: 'abc', spanId: id, traceFlags: 1 },
          parentSpanContext: { traceId: 'abc', spanId: 'ff' },
          startTime: [1_767_323_045, 0],
          endTime: [1_767_323_045, 100_000_000],
          attributes,
          status: { code: 0 },
          resource: { _rawAttributes: [['service.name', 'x']] },
        })),
      ),
    ],
  ])('%s -> the two uses', async (_, text) => {
    expect(await checked(text)).toMatchObject({ events: 2, steps: 0, ignored: 0, rejected: 0, errors: [] })
    // a part of an export does not depend on what is before and after it
    expect(await checked(`${line()}\n${text}\n${line({ input_hash: 'x' })}\n`)).toMatchObject({ events: 4, rejected: 0, errors: [] })
  })

  test.each<[string, string, number?]>([
    ['a line that is cut off in a value', '{"user_id": "x", "a":'],
    ['a line that is cut off after a comma', '{"user_id": "x",'],
    ['a line that is cut off in a string', '{"user_id": "x'],
    ['a bracket', '{'],
    ['a list', '['],
    ['brackets of another kind', '{]'],
    ['an object that a bracket ends', '{\n]', 2],
    ['words', 'Error: connection lost'],
    ['an object of JavaScript that cannot be read', '{ a: someFunction() }'],
  ])('%s between good lines -> it costs no other line', async (_, bad, lines = 1) => {
    const report = await checked([line({ input_hash: '1' }), bad, line({ input_hash: '2' }), line({ input_hash: '3' })].join('\n'))
    expect(report).toMatchObject({ lines: 3 + lines, events: 3, rejected: lines })
    expect(report.errors[0]).toMatchObject({ line: 2 })
  })

  test.each(['{"a":', '{"a": {', '{'])(
    '%s, then good lines that go on -> they are read at once, without the end of the input',
    async (cut) => {
      async function* endless(): AsyncGenerator<InputLine> {
        yield { number: 1, text: cut }
        yield { number: 2, text: line() }
        throw new Error('the next line was read')
      }
      const values = joinLines(endless())
      const [bad, good] = [await values.next(), await values.next()]
      expect([bad.value, good.value]).toMatchObject([
        { line: 1, read: { message: 'the line is not JSON' } },
        { line: 2, read: { value: { skill_id: 'a' } } },
      ])
    },
  )

  test('a document that never ends, and brackets on each line -> in the time of the input', async () => {
    const open = `{\n"a": [\n${'[\n'.repeat(40_000)}`
    const begun = performance.now()
    expect(await checked(open)).toMatchObject({ rejected: 40_002 })
    expect(await checked('[\n'.repeat(40_000))).toMatchObject({ rejected: 40_000 })
    expect(performance.now() - begun).toBeLessThan(20_000)
  })

  test('other signals of the collector, a span of Go without attributes, an empty export -> other lines', async () => {
    const lines = [
      '{"resourceLogs": [{}]}',
      '{"resourceMetrics": []}',
      '{"resourceSpans": []}',
      '{"Name": "x", "SpanContext": {"TraceID": "a"}, "Attributes": null}',
    ]
    expect(await checked(lines.join('\n'))).toMatchObject({ lines: 4, events: 0, ignored: 4, rejected: 0 })
  })

  test('a list with bad items -> each with its path, the others are events', async () => {
    const report = await checked(
      JSON.stringify([event(), 5, event({ outcome: 'ok' }), exported([span('1', { ...attributes, 'user.id': 'ann' })])]),
    )
    expect(report).toMatchObject({ lines: 1, events: 1, rejected: 3 })
    expect(report.errors).toMatchObject([
      { path: '[1]', message: 'the item is not a JSON object' },
      { path: '[2]', message: expect.stringContaining('invalid outcome') },
      { path: '[3].resourceSpans[0].scopeSpans[0].spans[0]', message: 'userId is not a UUID' },
    ])
  })

  test.each([
    ['2026-02-30T12:00:00Z', 0],
    ['2026-01-02T25:00:00Z', 0],
    ['2026-01-02T03:04:05', 0],
    ['2026-01-02T03:04:05Z', 1],
    [1_767_323_045, 1],
    [1_767_323_045_000, 1],
    [1_767_323_045_000_000, 1],
    ['1767323045000000000', 1],
  ])('created_at %j -> %d event', async (created, events) => {
    expect(await checked(line({ created_at: created }))).toMatchObject({ events, rejected: 1 - events })
  })

  test('userIdAs uuid5: names in lines -> events; a value that is no name is refused', async () => {
    const lines = [line({ user_id: 'ann@example.com' }), line({ user_id: 42 }), line({ user_id: '' }), line({ user_id: null })].join('\n')
    expect(await checked(lines)).toMatchObject({ events: 0, rejected: 4 })
    expect(await checked(lines, { userIdAs: 'uuid5' })).toMatchObject({ events: 2, rejected: 2 })
  })

  test('a trace with more spans than are held -> the one that waited longest is complete', async () => {
    const other = JSON.stringify(
      exported(Array.from({ length: 100_000 }, (_, i) => ({ traceId: 'def', spanId: `a${i}`, attributes: otlp({}) }))),
    )
    expect(await checked(`${JSON.stringify(exported(spans))}\n${other}`)).toMatchObject({ events: 2, ignored: 1 })
  })

  test('maxErrors -> stopped, and no use of a trace that was not read to its end', async () => {
    const text = [JSON.stringify(exported(spans)), '[1]', '[2]', line()].join('\n')
    expect(await checked(text, { maxErrors: 1 })).toMatchObject({ stopped: true, rejected: 2, events: 0 })
  })
})
