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

describe('a table', () => {
  test('at its natural width: aligned, without trailing spaces', () => {
    expect(renderTable(COLUMNS, ROWS, Infinity, PLAIN)).toEqual([
      'skill                               uses  first use             last use',
      'elemental-checkin-of-the-morning  12,345  2025-01-01T00:00:00Z  2025-12-20T00:00:00Z',
      '漢字の技能                             7  2025-01-01T00:00:00Z',
    ])
  })

  test('of 60 columns cuts what may be cut', () => {
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
  ])('of %d columns drops the optional ones, the last first, when cutting is not enough', (width, row) => {
    expect(renderTable(COLUMNS, ROWS, width, PLAIN)[1]).toBe(row)
  })

  test('of 16 columns cuts between wide characters', () => {
    expect(renderTable(COLUMNS, ROWS, 16, PLAIN)).toEqual(['skill       uses', 'element…  12,345', '漢字の…        7'])
  })

  test.each([100, 84, 83, 60, 59, 40, 39, 16])('is not wider than %d', (width) => {
    for (const line of renderTable(COLUMNS, ROWS, width, PLAIN)) expect(stringWidth(line)).toBeLessThanOrEqual(width)
  })

  test('that cannot be made narrow enough shows what must be shown', () => {
    expect(renderTable(COLUMNS, ROWS, 5, PLAIN)[1]).toBe('element…  12,345')
  })

  test('takes the excess from the widest column that shrinks', () => {
    const columns = [{ title: 'a', shrink: true }, { title: 'b', shrink: true }, { title: 'c' }]
    expect(renderTable(columns, [['aaaaaaaaaaaa', 'bbbbbbbbbbbbbbbb', 'cccc']], 28, PLAIN)[1]).toBe('aaaaaaaaa…  bbbbbbbbb…  cccc')
  })

  test('has rows shorter than the titles, and none', () => {
    expect(renderTable(COLUMNS.slice(0, 2), [['only']], 80, PLAIN)).toEqual(['skill  uses', 'only'])
    expect(renderTable(COLUMNS.slice(0, 2), [], 80, PLAIN)).toEqual(['skill  uses'])
  })

  test('styles the titles alone', () => {
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
])('%s in %d columns is %s', (text, width, expected) => {
  expect(truncate(text, width)).toBe(expected)
})
