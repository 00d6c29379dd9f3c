import type { DataTable } from './data-table.ts'
import { dataTable } from './data-table.ts'
import type { Markup } from './markup.ts'
import { Markup as Constant, markup } from './markup.ts'
import { PATTERNS } from './marks.ts'
import { PAGE_STYLE } from './page-style.ts'

export interface Section {
  /** Unique in the page. */
  id: string
  heading: string
  /** What the reader should know before looking. */
  intro?: string
  chart?: Markup
  /** The same numbers as text. */
  table?: DataTable
  /** The table waits behind a line to open it: for long ones whose chart says most. */
  folded?: boolean
}

export interface Page {
  title: string
  /** Lines under the title: which time, which database. */
  lead: readonly string[]
  /** The few numbers to begin with. */
  numbers: readonly { label: string; value: string }[]
  sections: readonly Section[]
  /** Where the numbers come from. */
  notes: readonly string[]
}

/**
 * One self-contained page: no script, nothing loaded from anywhere, and a policy that forbids both. Light and dark as the
 * reader's system is; every chart has a table.
 */
export function htmlPage({ title, lead, numbers, sections, notes }: Page): string {
  const body = markup`<a class="skip" href="#content">Skip to the content</a>
${PATTERNS}
<header><h1>${title}</h1>${lead.map((line) => markup`<p>${line}</p>`)}</header>
${sections.length > 1 ? navigation(sections) : markup``}
<main id="content" tabindex="-1">
${numbers.length === 0 ? markup`` : markup`<dl class="numbers">${numbers.map(({ label, value }) => markup`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>`}
${sections.map(drawn)}
</main>
<footer>${notes.map((note) => markup`<p>${note}</p>`)}</footer>`
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${new Constant(PAGE_STYLE)}</style>
</head>
<body>
${body}
</body>
</html>
`.text
}

function navigation(sections: readonly Section[]): Markup {
  return markup`<nav aria-label="Sections"><ul>${sections.map(({ id, heading }) => markup`<li><a href="#${id}">${heading}</a></li>`)}</ul></nav>`
}

function drawn({ id, heading, intro, chart, table, folded }: Section): Markup {
  const figures = table === undefined ? markup`` : dataTable(table)
  const text =
    folded === true && table !== undefined ? markup`<details><summary>Table: ${table.caption}</summary>${figures}</details>` : figures
  return markup`<section><h2 id="${id}" tabindex="-1">${heading}</h2>
${chart === undefined ? (intro === undefined ? markup`` : markup`<p class="intro">${intro}</p>`) : markup`<figure>${intro === undefined ? markup`` : markup`<figcaption>${intro}</figcaption>`}${chart}</figure>`}
${text}</section>
`
}
