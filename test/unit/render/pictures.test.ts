import { describe, expect, test } from 'vitest'
import { bar, heatLevel, heatRow, sparkline } from '../../../src/render/pictures.ts'
import { PLAIN } from '../../../src/render/style.ts'
import { renderTable } from '../../../src/render/table.ts'

const ASCII = { ...PLAIN, unicode: false }

describe('bar', () => {
  test.each([
    [0, '', ''],
    [-1, '', ''],
    [Number.NaN, '', ''],
    [0.01, '▏', '#'],
    [25, '██▌', '###'],
    [50, '█████', '#####'],
    [62, '██████▎', '######'],
    [99.99, '█████████▉', '#########'],
    [100, '██████████', '##########'],
    [120, '██████████', '##########'],
  ])('%d of 100 in 10 columns -> its width', (value, unicode, ascii) => {
    expect([bar(value, 100, 10, PLAIN), bar(value, 100, 10, ASCII)]).toEqual([unicode, ascii])
  })

  test('zero, or no width -> empty', () => {
    expect([bar(1, 0, 10, PLAIN), bar(1, 1, 0, PLAIN), bar(1, 2, 1, ASCII)]).toEqual(['', '', '#'])
  })
})

describe('sparkline', () => {
  test.each([
    ['nothing', [], 10, '', ''],
    ['zeros', [0, 0], 10, '▁▁', '__'],
    ['one', [7], 10, '█', '#'],
    ['from zero, not from the least', [100, 101], 10, '██', '##'],
    ['a small one is not nothing', [0, 1, 1000], 10, '▁▂█', '_.#'],
    ['steps', [0, 1, 2, 3, 4, 5, 6, 7], 10, '▁▂▃▄▅▆▇█', '_.:-=+*#'],
    ['sums where there is no room, the last whole', [9, 1, 1, 0, 0, 2, 2], 3, '▅█', '=#'],
  ])('%s', (_, values, width, unicode, ascii) => {
    expect([sparkline(values, width, PLAIN), sparkline(values, width, ASCII)]).toEqual([unicode, ascii])
  })

  test('any number of values -> at most the given width', () => {
    for (let count = 0; count < 100; count++)
      for (const width of [1, 7, 30])
        expect(
          sparkline(
            Array.from({ length: count }, (_, i) => i),
            width,
            PLAIN,
          ).length,
        ).toBeLessThanOrEqual(width)
  })
})

test('heat row: zero and other values -> one shade for zero, four for the others', () => {
  expect(heatRow([0, 1, 25, 26, 75, 76, 100], 100, 1, PLAIN)).toBe('·░░▒▓██')
  expect(heatRow([0, 1, 100], 100, 2, ASCII)).toBe('..--##')
  expect([heatLevel(0, 0, 4), heatLevel(5, 0, 4), heatLevel(1e-9, 1, 4), heatLevel(2, 1, 4)]).toEqual([0, 0, 1, 4])
})

describe('table with a column of pictures', () => {
  const columns = [
    { title: 'skill', shrink: true, least: 8 },
    { title: 'uses', least: 5, most: 12 },
    { title: 'more', optional: true },
  ]
  const rows = [
    ['a-skill', (width: number) => bar(1, 1, width, PLAIN), 'x'],
    ['another-skill', (width: number) => bar(1, 2, width, PLAIN), 'y'],
  ]
  test('enough room -> its full width', () => {
    expect(renderTable(columns, rows, Infinity, PLAIN)).toEqual([
      'skill          uses          more',
      'a-skill        ████████████  x',
      'another-skill  ██████        y',
    ])
  })

  test('too narrow -> the picture shrinks before names are cut or columns removed', () => {
    expect(renderTable(columns, rows, 26, PLAIN)).toEqual([
      'skill          uses   more',
      'a-skill        █████  x',
      'another-skill  ██▌    y',
    ])
    expect(renderTable(columns, rows, 20, PLAIN)[2]).toBe('another-skill  ██▌')
    expect(renderTable(columns, rows, 16, PLAIN)[2]).toBe('another-…  ██▌')
    expect(renderTable(columns, rows, 16, ASCII)[2]).toBe('anothe...  ██▌')
  })
})
