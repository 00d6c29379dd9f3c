import { describe, expect, test } from 'vitest'
import { axisEnd, shortCount } from '../../../src/render/html/axis.ts'
import { barList } from '../../../src/render/html/bars.ts'
import { columnChart } from '../../../src/render/html/columns.ts'
import { markup } from '../../../src/render/html/markup.ts'

describe('markup', () => {
  test('escapes what comes from outside, in text and in attributes', () => {
    const evil = `<b a="1" c='2'>&\u0000\u202e`
    expect(markup`<p title="${evil}">${evil}</p>`.text).toBe(
      '<p title="&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;\\u0000\\u202e">&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;\\u0000\\u202e</p>',
    )
  })

  test('puts markup, lists and nothing in as they are', () => {
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
  ])('for %d ends at %d', (value, end) => {
    expect(axisEnd(value)).toBe(end)
  })

  test('is never exceeded, never more than 2.5 times too long, and its half is whole', () => {
    for (let value = 2; value < 50_000; value += 7) {
      const end = axisEnd(value)
      expect(end).toBeGreaterThanOrEqual(value)
      expect(end / value).toBeLessThanOrEqual(2.5)
      expect(end % 2).toBe(0)
    }
  })

  test('short counts', () => {
    expect([0, 9999, 10_000, 12_500, 999_999, 2_500_000, 4e9].map(shortCount)).toEqual(['0', '9,999', '10k', '12.5k', '1M', '2.5M', '4G'])
  })
})

test('columns stand on zero and are as high as the axis says', () => {
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
  test('begin at zero, one segment after the other', () => {
    expect(widths([50, 25], 100)).toEqual(['50%', '25%'])
  })

  test('of a very small value can be seen, of nothing cannot', () => {
    expect(widths([1, 1], 1_000_000)).toEqual(['2'])
    expect(widths([0, 0], 100)).toEqual([])
    expect(widths([0], 0)).toEqual([])
  })
})
