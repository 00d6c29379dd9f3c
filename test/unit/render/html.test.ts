import { describe, expect, test } from 'vitest'
import { barList } from '../../../src/render/html/bars.ts'
import { axisEnd, columnChart, shortCount } from '../../../src/render/html/columns.ts'
import { markup } from '../../../src/render/html/markup.ts'

describe('markup', () => {
  test('strings in text and attributes -> escaped', () => {
    const evil = `<b a="1" c='2'>&\u0000\u202e`
    expect(markup`<p title="${evil}">${evil}</p>`.text).toBe(
      '<p title="&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;\\u0000\\u202e">&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;\\u0000\\u202e</p>',
    )
  })

  test('markup and lists -> unchanged; null -> left out', () => {
    expect(markup`<ul>${[1, 2].map((i) => markup`<li>${i}</li>`)}${null}</ul>`.text).toBe('<ul><li>1</li><li>2</li></ul>')
  })
})

describe('axis', () => {
  test.each([
    [0, 2],
    [1, 2],
    [2, 2],
    [3, 4],
    [9, 10],
    [10, 10],
    [11, 20],
    [41, 60],
    [99, 100],
    [100, 100],
    [101, 200],
    [123_456, 200_000],
  ])('%d -> the axis ends at %d', (value, end) => {
    expect(axisEnd(value)).toBe(end)
  })

  test('any value -> the end is not below it, at most 2.5 times as long, and its half is a whole number', () => {
    for (let value = 2; value < 50_000; value += 7) {
      const end = axisEnd(value)
      expect(end).toBeGreaterThanOrEqual(value)
      expect(end / value).toBeLessThanOrEqual(2.5)
      expect(end % 2).toBe(0)
    }
  })

  test('large counts -> short labels', () => {
    expect([0, 9999, 10_000, 12_500, 999_999, 2_500_000, 4e9].map(shortCount)).toEqual(['0', '9,999', '10k', '12.5k', '1M', '2.5M', '4G'])
  })
})

test('column chart: segments -> stacked from zero, in the scale of the axis', () => {
  const { text } = columnChart('two days', [
    {
      label: 'a',
      title: 'a',
      segments: [
        { mark: 'success', value: 3 },
        { mark: 'rest', value: 1 },
      ],
    },
    {
      label: 'b',
      title: 'b',
      segments: [
        { mark: 'success', value: 0 },
        { mark: 'rest', value: 0 },
      ],
    },
  ])
  const rects = [...text.matchAll(/<rect [^>]*y="([\d.]+)" height="([\d.]+)" class="m-(\w+)"/g)].map(([, y, height, mark]) => [
    mark,
    Number(y),
    Number(height),
  ])
  expect(rects).toEqual([
    ['success', 40, 120],
    ['rest', 0, 40],
  ])
})

/** Widths of the segments of one bar. */
const widths = (values: number[], max: number): string[] =>
  [
    ...barList('x', [{ label: 'x', value: 'x', segments: values.map((value) => ({ mark: 'success', value })) }], max).text.matchAll(
      / width="([\d.]+%?)" height="14" class="m-/g,
    ),
  ].map(([, width = '']) => width)

describe('bars', () => {
  test('segments -> one after the other, starting at zero', () => {
    expect(widths([50, 25], 100)).toEqual(['50%', '25%'])
  })

  test('very small value -> visible; zero -> not drawn', () => {
    expect(widths([1, 1], 1_000_000)).toEqual(['2'])
    expect(widths([0, 0], 100)).toEqual([])
    expect(widths([0], 0)).toEqual([])
  })
})
