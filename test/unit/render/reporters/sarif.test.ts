import { expect, test } from 'vitest'
import { HOSTILE, result, runOf } from './runs.ts'
import { renderSarif } from '../../../../src/render/reporters/sarif.ts'
import type { ReportRun } from '../../../../src/render/reporters/report-run.ts'

const RUN: ReportRun = {
  name: 'skills lint',
  startedAt: '2026-11-21T06:00:00.000Z',
  durationMs: 5,
  results: [
    { code: 'lint', title: '1 of 2 skills can be used', group: 'skills', severity: 'note', status: 'ok', messages: [] },
    {
      code: 'YAML_COLON',
      title: 'An unquoted value contains `: `',
      group: 'skills/a b/SKILL.md',
      severity: 'error',
      status: 'failed',
      messages: [{ text: 'quote the description', file: 'skills/a b/SKILL.md', line: 3, column: 9, remedy: 'put it in quotes' }],
    },
    {
      code: 'SKILL_LINK_BROKEN',
      title: 'A link leads nowhere',
      group: '/abs/SKILL.md',
      severity: 'warning',
      status: 'failed',
      messages: [
        { text: 'one', file: '/abs/SKILL.md', line: 4 },
        { text: 'two', file: '/abs/SKILL.md' },
      ],
    },
    { code: 'X', title: 'X', group: '', severity: 'note', status: 'failed', messages: [{ text: 'without a file' }] },
    { code: 'Y', title: 'Y', group: '', severity: 'error', status: 'skipped', reason: 'why', messages: [] },
  ],
}

const TOOL = { name: 'skills', version: '1.2.3' }

test('sarif: failed and passed results -> rules, places and levels of the failed ones', () => {
  const document: unknown = JSON.parse(renderSarif(RUN, TOOL))
  expect(document).toEqual({
    $schema: expect.stringContaining('sarif-schema-2.1.0.json'),
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'skills',
            version: '1.2.3',
            rules: [
              { id: 'YAML_COLON', shortDescription: { text: 'An unquoted value contains `: `' }, defaultConfiguration: { level: 'error' } },
              { id: 'SKILL_LINK_BROKEN', shortDescription: { text: 'A link leads nowhere' }, defaultConfiguration: { level: 'warning' } },
              { id: 'X', shortDescription: { text: 'X' }, defaultConfiguration: { level: 'note' } },
            ],
          },
        },
        columnKind: 'unicodeCodePoints',
        invocations: [{ executionSuccessful: true, startTimeUtc: '2026-11-21T06:00:00.000Z' }],
        results: [
          {
            ruleId: 'YAML_COLON',
            ruleIndex: 0,
            level: 'error',
            message: { text: 'quote the description\nput it in quotes' },
            locations: [
              { physicalLocation: { artifactLocation: { uri: 'skills/a%20b/SKILL.md' }, region: { startLine: 3, startColumn: 9 } } },
            ],
          },
          {
            ruleId: 'SKILL_LINK_BROKEN',
            ruleIndex: 1,
            level: 'warning',
            message: { text: 'one' },
            locations: [{ physicalLocation: { artifactLocation: { uri: 'file:///abs/SKILL.md' }, region: { startLine: 4 } } }],
          },
          {
            ruleId: 'SKILL_LINK_BROKEN',
            ruleIndex: 1,
            level: 'warning',
            message: { text: 'two' },
            locations: [{ physicalLocation: { artifactLocation: { uri: 'file:///abs/SKILL.md' } } }],
          },
          { ruleId: 'X', ruleIndex: 2, level: 'note', message: { text: 'without a file' } },
        ],
        properties: { passed: false },
      },
    ],
  })
})

test('sarif: the run ends early -> a notification', () => {
  const broken = renderSarif({ ...RUN, results: [], error: { code: 'BUG', message: 'm', hint: 'h' } }, TOOL)
  expect(JSON.parse(broken)).toMatchObject({
    runs: [
      {
        invocations: [
          {
            executionSuccessful: false,
            toolExecutionNotifications: [{ level: 'error', descriptor: { id: 'BUG' }, message: { text: 'm\nh' } }],
          },
        ],
        results: [],
        properties: { passed: false },
      },
    ],
  })
})

test('sarif: hostile text -> valid JSON and URIs', () => {
  const hostile = runOf(result({ status: 'failed', messages: [{ text: HOSTILE, file: HOSTILE, line: 1 }] }))
  const { runs } = JSON.parse(renderSarif(hostile, TOOL)) as { runs: { results: { message: { text: string } }[] }[] }
  expect(runs[0]?.results[0]?.message.text).toContain('next\ttab')
})
