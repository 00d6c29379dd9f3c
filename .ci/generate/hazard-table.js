const HEAD = '| code | when | squawk | lock, for how long |\n|---|---|---|---|\n'
const NEXT_HEADING = '\n## What is left out'

/** The text of docs/migrate-hazards.md with the table of the hazard types in place of the one that is there. */
export function withHazardTable(page, types) {
  const [start, end] = [page.indexOf(HEAD), page.indexOf(NEXT_HEADING)]
  if (start < 0 || end < start) throw new Error('docs/migrate-hazards.md has no table of hazards before "What is left out"')
  const rows = types.map(({ code, when, squawk = ['-'], effect }) => `| \`${code}\` | ${when} | ${squawk.join(', ')} | ${effect} |\n`)
  return page.slice(0, start) + HEAD + rows.join('') + page.slice(end)
}
