import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import axe from 'axe-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { statsHtml } from '../../src/cli/commands/stats/html/page.ts'
import type { Browser, Page } from '../support/chromium.ts'
import { NO_BROWSER, startChromium } from '../support/chromium.ts'
import { scratch } from '../support/scratch.ts'
import { HOSTILE, LONG, SAMPLES } from '../support/stats-samples.ts'

const NAMES = Object.keys(SAMPLES)
const WIDTHS = [360, 800, 1400]
const WRITTEN = new Date('2026-11-21T08:00:00Z')

function html(name: string): string {
  const sample = SAMPLES[name]
  if (sample === undefined) throw new Error(`no sample ${name}`)
  return statsHtml(sample, WRITTEN)
}

describe.each(NAMES)('the page of %s', (name) => {
  const text = html(name)

  test('loads nothing, runs nothing, and says so', () => {
    expect(text).toContain("default-src 'none'; style-src 'unsafe-inline'")
    expect(text).not.toMatch(/<script|<link|<img|<iframe|@import|javascript:|\son\w+=/i)
    expect(text.match(/https?:[^\s"<]*|url\((?!#)[^)]*\)/g)).toBeNull()
  })

  test('has one title, unique ids, and no gap in its headings', () => {
    const ids = [...text.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id)
    expect(ids.toSorted()).toEqual([...new Set(ids)].toSorted())
    const levels = [...text.matchAll(/<h(\d)/g)].map(([, level]) => Number(level))
    expect(levels.filter((level) => level === 1)).toHaveLength(1)
    levels.forEach((level, i) => expect(level - (levels[i - 1] ?? 0)).toBeLessThanOrEqual(1))
    for (const [, target = ''] of text.matchAll(/href="#([^"]*)"/g)) expect(ids).toContain(target)
  })

  test('has no control characters and no number that is none', () => {
    // oxlint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
    expect(text).not.toMatch(/NaN|Infinity|undefined|null|\[object/)
  })

  test('has a table for every chart', () => {
    for (const section of text.split('<section').slice(1)) {
      if (section.includes('<figure>')) expect(section).toContain('<table')
    }
  })
})

test('names from the data are text, whatever is in them', () => {
  const text = html('a month')
  expect(text).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&#39;&amp;amp;\\u202e\\u0007')
  expect(text).toContain(LONG)
})

test('the days of a year are drawn as weeks, and all of them are in the table', () => {
  const text = html('a year')
  expect(text).toContain('Uses a week')
  expect(text.match(/<g><title>/g)?.length).toBeLessThan(60)
  expect(text.match(/<th scope="row"[^>]*>20\d\d-\d\d-\d\d</g)).toHaveLength(366)
  const uses = (pattern: RegExp): number =>
    [...text.matchAll(pattern)].reduce((sum, [, count = '']) => sum + Number(count.replaceAll(',', '')), 0)
  expect(uses(/<title>[^<]*: ([\d,]+) uses?,/g)).toBe(SAMPLES['a year']?.days.reduce((sum, day) => sum + day.uses, 0))
})

describe.skipIf(NO_BROWSER !== undefined)(`in Chromium${NO_BROWSER === undefined ? '' : ` (${NO_BROWSER})`}`, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await startChromium()
  })
  afterAll(() => browser.stop())

  async function opened(name: string): Promise<Page> {
    const file = path.join(scratch({}), 'report.html')
    writeFileSync(file, html(name))
    const page = await browser.newPage()
    await page.open(pathToFileURL(file).href)
    return page
  }

  describe.each(NAMES)('%s', (name) => {
    test('fits telephones and desks in both schemes, without a complaint or a request, and axe finds no fault', async () => {
      const page = await opened(name)
      await page.evaluate(axe.source)
      await page.evaluate('document.querySelectorAll("details").forEach((one) => { one.open = true })')
      for (const scheme of ['light', 'dark'] as const) {
        await page.media({ scheme })
        for (const width of WIDTHS) {
          await page.resize(width, 800)
          const { overflow, cut, faults } = await page.evaluate<{ overflow: number; cut: string[]; faults: string[] }>(CHECK)
          expect({ scheme, width, overflow, cut, faults }).toEqual({ scheme, width, overflow: 0, cut: [], faults: [] })
        }
      }
      expect(page.requests).toHaveLength(1)
      expect(page.complaints).toEqual([])
      await page.close()
    })
  })

  test('axe and the measurements would find faults', async () => {
    const page = await opened('a month')
    await page.resize(360, 800)
    await page.evaluate(axe.source)
    await page.evaluate(`{
      document.querySelector('.intro, figcaption').style.color = '#ccc'
      document.querySelector('h1').style.whiteSpace = 'nowrap'
      document.querySelector('h1').textContent = 'x'.repeat(100)
      document.querySelector('main').insertAdjacentHTML('beforeend', '<img src="data:,"><img src="https://example.invalid/x.png">')
    }`)
    const { overflow, faults } = await page.evaluate<{ overflow: number; faults: string[] }>(CHECK)
    expect(overflow).toBeGreaterThan(100)
    expect(faults.join(' ')).toMatch(/color-contrast.*image-alt|image-alt.*color-contrast/)
    expect(page.complaints.join(' ')).toMatch(/Content Security Policy/i)
    await page.close()
  })

  test.each(['light', 'dark'] as const)('marks stand out from the card by 3:1 in %s', async (scheme) => {
    const page = await opened('a skill')
    await page.media({ scheme })
    const ratios = await page.evaluate<Record<string, number>>(CONTRASTS)
    expect(Object.keys(ratios).length).toBeGreaterThan(8)
    for (const [name, ratio] of Object.entries(ratios)) expect(ratio, name).toBeGreaterThanOrEqual(3)
    await page.close()
  })

  test('the keyboard reaches every link, table and fold, opens it, and each shows that it has the focus', async () => {
    const page = await opened('a skill')
    const press = async (key: string, code: number): Promise<void> => {
      for (const type of ['keyDown', 'keyUp'])
        await page.send('Input.dispatchKeyEvent', {
          type,
          key,
          code: key,
          windowsVirtualKeyCode: code,
          ...(key === 'Enter' && type === 'keyDown' ? { text: '\r' } : {}),
        })
    }
    const wanted = await page.evaluate<number>('document.querySelectorAll("a, summary, .scroll").length')
    const stops: string[] = []
    for (let i = 0; i < wanted * 2; i++) {
      await press('Tab', 9)
      const { name, ring } = await page.evaluate<{ name: string; ring: string }>(
        '({ name: document.activeElement.tagName + " " + (document.activeElement.id || document.activeElement.getAttribute("aria-labelledby") || document.activeElement.textContent.slice(0, 40)), ring: getComputedStyle(document.activeElement).outlineStyle })',
      )
      if (stops.includes(name) || name.startsWith('BODY')) break
      expect(ring, name).toBe('solid')
      stops.push(name)
      if (name.startsWith('SUMMARY')) await press('Enter', 13)
    }
    expect(stops).toHaveLength(wanted)
    expect(await page.evaluate('[...document.querySelectorAll("details")].every((one) => one.open)')).toBe(true)
    await page.close()
  })

  test('prints on paper: pages of PDF, black on white though the screen is dark, without the navigation', async () => {
    const page = await opened('a year')
    await page.media({ scheme: 'dark', print: true })
    expect(
      await page.evaluate(
        '[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color, getComputedStyle(document.querySelector("nav")).display]',
      ),
    ).toEqual(['rgb(255, 255, 255)', 'rgb(0, 0, 0)', 'none'])
    const { data } = await page.send('Page.printToPDF', { printBackground: false })
    const pdf = Buffer.from(data as string, 'base64')
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
    expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length).toBeGreaterThanOrEqual(1)
    await page.close()
  })

  test('a name of markup is shown as it is written', async () => {
    const page = await opened('a month')
    const names = await page.evaluate<string[]>('[...document.querySelectorAll(".bars .name")].map((one) => one.textContent)')
    expect(names).toContain(HOSTILE.replace('\u202e', String.raw`\u202e`).replace('\u0007', String.raw`\u0007`))
    await page.close()
  })
})

/** How far the page is too wide, texts that are cut off outside of what scrolls, and what axe finds. */
const CHECK = `(async () => {
  const cut = [...document.querySelectorAll('h1, h2, h3, p, dt, dd, summary, .name, .value, .legend li, .x-axis span, .scale span')]
    .filter((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0 || one.getBoundingClientRect().right > innerWidth + 0.5)
    .map((one) => one.textContent)
  const { violations } = await axe.run(document)
  return {
    overflow: document.documentElement.scrollWidth - innerWidth,
    cut,
    faults: violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 120)).join(' | ')),
  }
})()`

/** Of the colour of each mark, and the darker or lighter of a texture's two, against the card. */
const CONTRASTS = `(() => {
  const luminance = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map((part) => part / 255).map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const probe = document.body.appendChild(document.createElement('i'))
  const valueOf = (name) => {
    probe.style.color = 'var(--' + name + ')'
    return luminance(getComputedStyle(probe).color)
  }
  const card = valueOf('card')
  const names = ['plain', 'success', 'soft', 'refusal', 'other', 'rest', 'edge', 'h1', 'h2', 'h3', 'h4', 'ink', 'quiet', 'link']
  return Object.fromEntries(names.map((name) => [name, (Math.max(card, valueOf(name)) + 0.05) / (Math.min(card, valueOf(name)) + 0.05)]))
})()`
