import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import axe from 'axe-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { statsHtml } from '../../src/cli/commands/stats/html/page.ts'
import type { Browser, Page } from '../support/chromium.ts'
import { NO_BROWSER, startChromium } from '../support/chromium.ts'
import { scratch } from '../support/scratch.ts'
import { HOSTILE, SAMPLES } from '../support/stats-samples.ts'

const NAMES = Object.keys(SAMPLES)
const WIDTHS = [360, 800, 1400]
const WRITTEN = new Date('2026-11-21T08:00:00Z')

function html(name: string): string {
  const sample = SAMPLES[name]
  if (sample === undefined) throw new Error(`no sample ${name}`)
  return statsHtml(sample, WRITTEN)
}

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
    test('narrow and wide, light and dark -> nothing is cut off, no request, axe finds no fault', async () => {
      const page = await opened(name)
      await page.evaluate(axe.source)
      await page.evaluate('document.querySelectorAll("details").forEach((one) => { one.open = true })')
      for (const scheme of ['light', 'dark'] as const) {
        await page.media({ scheme })
        for (const width of WIDTHS) {
          await page.resize(width, 800)
          expect({ scheme, width, ...(await page.evaluate<object>(LAYOUT)) }).toEqual({ scheme, width, overflow: 0, cut: [] })
        }
        // what axe finds depends on the scheme, its contrasts do; not on the width
        expect(await page.evaluate(AXE)).toEqual([])
      }
      expect(page.requests).toHaveLength(1)
      expect(page.complaints).toEqual([])
      await page.close()
    })
  })

  test('stats page: faults on purpose -> axe and the measurements find them', async () => {
    const page = await opened('a month')
    await page.resize(360, 800)
    await page.evaluate(axe.source)
    await page.evaluate(`{
      document.querySelector('.intro, figcaption').style.color = '#ccc'
      document.querySelector('h1').style.whiteSpace = 'nowrap'
      document.querySelector('h1').textContent = 'x'.repeat(100)
      document.querySelector('main').insertAdjacentHTML('beforeend', '<img src="data:,"><img src="https://example.invalid/x.png">')
    }`)
    const { overflow } = await page.evaluate<{ overflow: number }>(LAYOUT)
    const faults = await page.evaluate<string[]>(AXE)
    expect(overflow).toBeGreaterThan(100)
    expect(faults.join(' ')).toMatch(/color-contrast.*image-alt|image-alt.*color-contrast/)
    expect(page.complaints.join(' ')).toMatch(/Content Security Policy/i)
    await page.close()
  })

  test.each(['light', 'dark'] as const)('stats page: marks in %s -> a contrast of 3:1 or more', async (scheme) => {
    const page = await opened('a skill')
    await page.media({ scheme })
    const ratios = await page.evaluate<Record<string, number>>(CONTRASTS)
    expect(Object.keys(ratios).length).toBeGreaterThan(8)
    for (const [name, ratio] of Object.entries(ratios)) expect(ratio, name).toBeGreaterThanOrEqual(3)
    await page.close()
  })

  test('stats page: the Tab key -> every link, table and fold gets a visible focus', async () => {
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

  test('stats page: printed -> black on white, without the navigation', async () => {
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

  test('stats page: a name with markup -> shown as text', async () => {
    const page = await opened('a month')
    const names = await page.evaluate<string[]>('[...document.querySelectorAll(".bars .name")].map((one) => one.textContent)')
    expect(names).toContain(HOSTILE.replace('\u202e', String.raw`\u202e`).replace('\u0007', String.raw`\u0007`))
    await page.close()
  })
})

/** How far the page is too wide, and texts that are cut off outside of what scrolls. */
const LAYOUT = `({
  overflow: document.documentElement.scrollWidth - innerWidth,
  cut: [...document.querySelectorAll('h1, h2, h3, p, dt, dd, summary, .name, .value, .legend li, .x-axis span, .scale span')]
    .filter((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0 || one.getBoundingClientRect().right > innerWidth + 0.5)
    .map((one) => one.textContent),
})`

/** What axe finds. */
const AXE = `axe.run(document).then(({ violations }) =>
  violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 120)).join(' | ')))`

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
