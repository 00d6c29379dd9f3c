import stringWidth from 'fast-string-width'
import { describe, expect, test } from 'vitest'
import { PLAIN } from '../../../src/render/style.ts'
import type { Column } from '../../../src/render/table.ts'
import { renderTable, truncate } from '../../../src/render/table.ts'

const COLUMNS: Column[] = [
  { title: 'skill', shrink: true },
  { title: 'uses', align: 'right' },
  { title: 'first use', optional: true },
  { title: 'last use', optional: true },
]
const ROWS = [
  ['elemental-checkin-of-the-morning', '12,345', '2025-01-01T00:00:00Z', '2025-12-20T00:00:00Z'],
  ['漢字の技能', '7', '2025-01-01T00:00:00Z', ''],
]

describe('table', () => {
  test('enough room -> aligned, no trailing spaces', () => {
    expect(renderTable(COLUMNS, ROWS, Infinity, PLAIN)).toEqual([
      'skill                               uses  first use             last use',
      'elemental-checkin-of-the-morning  12,345  2025-01-01T00:00:00Z  2025-12-20T00:00:00Z',
      '漢字の技能                             7  2025-01-01T00:00:00Z',
    ])
  })

  test('60 columns -> the columns that shrink are cut', () => {
    expect(renderTable(COLUMNS, ROWS, 60, PLAIN)).toEqual([
      'skill       uses  first use             last use',
      'element…  12,345  2025-01-01T00:00:00Z  2025-12-20T00:00:00Z',
      '漢字の…        7  2025-01-01T00:00:00Z',
    ])
  })

  test.each([
    [59, 'elemental-checkin-of-the-mor…  12,345  2025-01-01T00:00:00Z'],
    [40, 'elemental…  12,345  2025-01-01T00:00:00Z'],
    [37, 'elemental-checkin-of-the-mor…  12,345'],
  ])('%d columns -> cut, then the optional columns are removed, the last one first', (width, row) => {
    expect(renderTable(COLUMNS, ROWS, width, PLAIN)[1]).toBe(row)
  })

  test('16 columns -> cut between wide characters', () => {
    expect(renderTable(COLUMNS, ROWS, 16, PLAIN)).toEqual(['skill       uses', 'element…  12,345', '漢字の…        7'])
  })

  test.each([100, 84, 83, 60, 59, 40, 39, 16])('width %d -> no line is wider', (width) => {
    for (const line of renderTable(COLUMNS, ROWS, width, PLAIN)) expect(stringWidth(line)).toBeLessThanOrEqual(width)
  })

  test('too narrow for all required columns -> they are shown', () => {
    expect(renderTable(COLUMNS, ROWS, 5, PLAIN)[1]).toBe('element…  12,345')
  })

  test('too wide -> the widest column that shrinks is cut', () => {
    const columns = [{ title: 'a', shrink: true }, { title: 'b', shrink: true }, { title: 'c' }]
    expect(renderTable(columns, [['aaaaaaaaaaaa', 'bbbbbbbbbbbbbbbb', 'cccc']], 28, PLAIN)[1]).toBe('aaaaaaaaa…  bbbbbbbbb…  cccc')
  })

  test('rows with fewer cells, or no rows -> no error', () => {
    expect(renderTable(COLUMNS.slice(0, 2), [['only']], 80, PLAIN)).toEqual(['skill  uses', 'only'])
    expect(renderTable(COLUMNS.slice(0, 2), [], 80, PLAIN)).toEqual(['skill  uses'])
  })

  test('style -> only the titles are dimmed', () => {
    const lines = renderTable(COLUMNS.slice(0, 2), ROWS, 80, { ...PLAIN, dim: (text) => `<${text}>` })
    expect(lines.map((line) => line.startsWith('<'))).toEqual([true, false, false])
  })
})

test.each([
  ['abcdef', 6, 'abcdef'],
  ['abcdef', 5, 'abcd…'],
  ['漢字漢字', 8, '漢字漢字'],
  ['漢字漢字', 7, '漢字漢…'],
  ['漢字漢字', 6, '漢字…'],
  ['😀😀😀', 5, '😀😀…'],
])('truncate: %s, %d columns -> %s', (text, width, expected) => {
  expect(truncate(text, width)).toBe(expected)
})
