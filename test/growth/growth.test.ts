import { expect, test } from 'vitest'
import { LineIndex } from '../../src/core/positions.ts'
import { jsonWithoutSecrets, redact } from '../../src/core/redaction.ts'
import { readDuration } from '../../src/core/durations.ts'
import { nearest, printable } from '../../src/core/text.ts'
import { SkillsError } from '../../src/core/errors.ts'
import { parsePostgresUrl } from '../../src/config/postgres-url.ts'
import { withoutCommands } from '../../src/cli/output/ci-log.ts'
import { withSchema } from '../../src/db/own-statement.ts'
import { parseMigration } from '../../src/migrations/files/parse-migration.ts'
import { normaliseSql, type MigrationFile } from '../../src/migrations/files/read-migrations.ts'
import { explainYaml } from '../../src/registry/front-matter/explain-yaml.ts'
import { entryLine } from '../../src/registry/front-matter/entry-line.ts'
import { readFrontMatter } from '../../src/registry/front-matter/front-matter.ts'
import { readMetaJson } from '../../src/registry/front-matter/meta-json.ts'
import { splitTools } from '../../src/registry/front-matter/validate.ts'
import { yamlScalar } from '../../src/registry/front-matter/write-front-matter.ts'
import { loadYamlParser, YamlFault } from '../../src/registry/front-matter/yaml.ts'
import { checkBody } from '../../src/registry/lint/check-body.ts'
import { addVersion, fixToolsForm, quoteCutDescription, quoteFaultyValue } from '../../src/registry/lint/fixes.ts'
import { slug } from '../../src/registry/skill/skill.ts'
import { SourceText } from '../../src/render/code-frame.ts'
import { csvLines } from '../../src/render/csv.ts'
import { renderGithub } from '../../src/render/reporters/github.ts'
import { renderJunit } from '../../src/render/reporters/junit.ts'
import type { ReportRun } from '../../src/render/reporters/report-run.ts'
import { renderTap } from '../../src/render/reporters/tap.ts'
import { PLAIN } from '../../src/render/style.ts'
import { renderTable, wrap } from '../../src/render/table.ts'
import { findRunHazards } from '../../src/sqltext/hazards/hazard-run.ts'
import { locateError } from '../../src/sqltext/locate/locate-error.ts'
import { quotedNames } from '../../src/sqltext/locate/locate-names.ts'
import { renameSchema } from '../../src/sqltext/statements/rename-schema.ts'
import { readInspected } from '../../src/telemetry/inspected.ts'
import { readValue } from '../../src/telemetry/logged-line.ts'
import { parseChecks } from '../../src/verify/parse-checks.ts'
import { parseRequirement } from '../../src/verify/requirements.ts'
import { canonical } from '../../src/verify/schema/canonical.ts'
import { HOSTILE_TEXTS, hostileText, processorTime } from '../support/growth.ts'

const parseYaml = await loadYamlParser()

const file = (text: string): MigrationFile => ({
  file: 'a.sql',
  version: 'a',
  text,
  checksum: '',
  repeatable: false,
  replaces: [],
  source: { directory: 'a', label: 'a', own: true },
})

const run = (text: string): ReportRun => ({
  name: text,
  startedAt: '2026-01-01T00:00:00Z',
  durationMs: 1,
  results: [
    {
      code: 'a',
      title: text,
      group: 'a',
      status: 'failed',
      severity: 'error',
      messages: [{ object: text, text, expected: text, actual: text, remedy: text, file: text }],
    },
  ],
})

/** Every function that reads text of others. A text that it refuses is read too. */
const FUNCTIONS: Readonly<Record<string, (text: string) => unknown>> = {
  redact,
  jsonWithoutSecrets: (text) => jsonWithoutSecrets({ text }),
  printable,
  withoutCommands,
  readDuration,
  nearest: (text) => nearest(text, ['description', 'version']),
  LineIndex: (text) => {
    const lines = new LineIndex(text)
    for (let offset = 0; offset < text.length; offset += 100) lines.positionAt(offset)
  },
  'SourceText.frame': (text) => {
    const source = new SourceText(text)
    for (let at = 1; at < 500; at++) source.frame(at, at, PLAIN)
  },
  parsePostgresUrl: (text) => parsePostgresUrl(`postgres://${text}`, 'test'),
  withSchema: (text) => withSchema(text.slice(0, 4096), 'app'),
  normaliseSql,
  parseMigration: (text) => parseMigration(file(text)),
  // the slowest: a quarter of the text
  findRunHazards: (text) => findRunHazards([parseMigration(file(`ALTER TABLE t ${text.slice(text.length * 0.75)}`))]),
  renameSchema: (text) => renameSchema(text, 'a', 'b'),
  'renameSchema, in a literal': (text) => renameSchema(`SELECT $x$${text}$x$`, 'a', 'b'),
  'locateError, message': (text) => locateError('SELECT a', { code: '42703', message: text }),
  'locateError, statement': (text) => locateError(text, { code: '42703', message: 'column "a" does not exist' }),
  'locateError, body': (text) =>
    locateError(`DO $x$ ${text} $x$`, {
      code: '42703',
      message: 'column "a" does not exist',
      where: 'PL/pgSQL function inline_code_block line 1 at SQL statement',
      internalQuery: text.slice(0, 1000),
      internalPosition: 500,
    }),
  'locateError, context': (text) => locateError('DO $x$ BEGIN a; END $x$', { code: '42703', message: 'a', where: text }),
  quotedNames,
  readFrontMatter: (text) => readFrontMatter(Buffer.from(`---\n${text}\n---\n`), false, 'a', parseYaml),
  'readFrontMatter, 16 KB': (text) => readFrontMatter(Buffer.from(`---\n${text.slice(0, 12_000)}\n---\n`), false, 'a', parseYaml),
  explainYaml: (text) => explainYaml(text, new YamlFault('syntax', text.length, 'flow collection')),
  'explainYaml, multiline key': (text) => explainYaml(text, new YamlFault('syntax', text.length, 'multiline key')),
  readMetaJson: (text) => readMetaJson(Buffer.from(text), false, 'a'),
  entryLine,
  splitTools,
  yamlScalar,
  slug,
  checkBody: (text) => checkBody(Buffer.from(`---\nname: a\n---\n${text}`), 'a', '/nonexistent'),
  quoteFaultyValue: (text) => quoteFaultyValue(`a: ${text}`, 'YAML_COLON', 0),
  quoteCutDescription: (text) => quoteCutDescription(`description: ${text}`, { description: 'a' }),
  fixToolsForm: (text) => fixToolsForm(`allowed-tools: ${text}`, { 'allowed-tools': ['a'] }),
  'fixToolsForm, list': (text) => fixToolsForm(`allowed-tools:\n${text}`, { 'allowed-tools': ['a'] }),
  addVersion: (text) => addVersion(`metadata: \n${text}`, { metadata: null }),
  csvLines: (text) => csvLines([text], [[text]]),
  renderTable: (text) => renderTable([{ title: 'a', shrink: true }], [[text]], 80, PLAIN),
  wrap: (text) => wrap(text, 80),
  renderGithub: (text) => renderGithub(run(text)),
  renderJunit: (text) => renderJunit(run(text)),
  renderTap: (text) => renderTap(run(text)),
  readInspected,
  'readInspected, text': (text) => readInspected(`{ a: '${text}' }`),
  'readValue, event': (text) =>
    readValue({ skill_id: text, created_at: text, user_id: text, outcome: text }, { line: 1, userIdAs: 'uuid5' }),
  'readValue, span': (text) =>
    readValue({ attributes: { 'gen_ai.skill.name': text }, start_time: text, traceId: text }, { line: 1, userIdAs: 'uuid' }),
  parseChecks: (text) => parseChecks(text, 'a.sql'),
  'parseChecks, header': (text) => parseChecks(`-- check: a\n-- title: ${text}`, 'a.sql'),
  parseRequirement,
  'canonical, index': (text) =>
    canonical([{ kind: 'index', name: 'a', definition: `CREATE INDEX a ON t USING btree (${text})` }], { unqualified: true }),
  'canonical, others': (text) =>
    canonical(
      ['column', 'constraint', 'index', 'partitioned table', 'view'].map((kind) => ({ kind, name: text, definition: text })),
      { unqualified: true },
    ),
}

const SMALL = 64 * 1024
const LARGE = 256 * 1024
/** Less is noise. A quadratic function needs ten seconds and more for 256 KiB. */
const LEAST_MS = 2000
/** For four times the text: 4 when the time is linear, 16 when it is quadratic. */
const MOST_GROWTH = 9

test.each(Object.entries(FUNCTIONS))(
  '%s: four times the text -> not ten times the time',
  (_, read) => {
    const time = (unit: string, length: number): number => {
      const text = hostileText(unit, length)
      return processorTime(() => {
        try {
          read(text)
        } catch (error) {
          if (!(error instanceof SkillsError)) throw error
        }
      })
    }
    for (const unit of HOSTILE_TEXTS) {
      const small = time(unit, SMALL)
      // a quadratic function that is as fast as this stays below the least time
      if (small < LEAST_MS / 16) continue
      const large = time(unit, LARGE)
      const isSlow = large > LEAST_MS && large / small > MOST_GROWTH
      expect(isSlow, `${JSON.stringify(unit)}: ${Math.round(small)} ms for 64 KiB, ${Math.round(large)} ms for 256 KiB`).toBe(false)
    }
  },
  240_000,
)
