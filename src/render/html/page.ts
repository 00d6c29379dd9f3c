import { Markup as Constant, markup, type Markup, type Part } from './markup.ts'
import { PATTERNS } from './marks.ts'
import { PAGE_STYLE } from './page-style.ts'

export interface Section {
  /** Unique in the page. */
  id: string
  heading: string
  /** A sentence above the chart. */
  intro?: string
  chart?: Markup
  /** The numbers of the chart. */
  table?: DataTable
  /** The table is closed until the reader opens it. */
  folded?: boolean
}

export interface Page {
  title: string
  /** Lines under the title: the period, the database. */
  lead: readonly string[]
  /** The most important numbers. */
  numbers: readonly { label: string; value: string }[]
  sections: readonly Section[]
  /** Sentences about the source of the numbers. */
  notes: readonly string[]
}

/**
 * A self-contained HTML page. It has no script and loads nothing, and its Content-Security-Policy forbids both. It follows
 * the light or dark setting of the reader's system. Every chart has a table.
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
  const figures = table === undefined ? markup`` : drawnTable(`${id}-table`, table)
  const text =
    folded === true && table !== undefined ? markup`<details><summary>Table: ${table.caption}</summary>${figures}</details>` : figures
  return markup`<section><h2 id="${id}" tabindex="-1">${heading}</h2>
${chart === undefined ? (intro === undefined ? markup`` : markup`<p class="intro">${intro}</p>`) : markup`<figure>${intro === undefined ? markup`` : markup`<figcaption>${intro}</figcaption>`}${chart}</figure>`}
${text}</section>
`
}

interface DataColumn {
  title: string
  /** Right-aligned, with digits of one width. */
  number?: boolean
  /** Long texts: the cells wrap. The first column always wraps. */
  prose?: boolean
}

export interface DataTable {
  caption: string
  columns: readonly DataColumn[]
  /** The first cell of a row is its header. */
  rows: readonly (readonly Part[])[]
}

/** A table. When the page is too narrow, the table scrolls sideways, with the keyboard too. */
function drawnTable(id: string, { caption, columns, rows }: DataTable): Markup {
  const look = (i: number): string => (columns[i]?.number === true ? 'number' : columns[i]?.prose === true ? 'prose' : 'word')
  return markup`<div class="scroll" role="region" tabindex="0" aria-labelledby="${id}"><table><caption><span id="${id}">${caption}</span></caption>
<thead><tr>${columns.map(({ title }, i) => markup`<th scope="col" class="${look(i)}">${title}</th>`)}</tr></thead>
<tbody>${rows.map(
    ([head = null, ...cells]) =>
      markup`<tr><th scope="row" class="${look(0)}">${head}</th>${cells.map((cell, i) => markup`<td class="${look(i + 1)}">${cell}</td>`)}</tr>\n`,
  )}</tbody></table></div>`
}
