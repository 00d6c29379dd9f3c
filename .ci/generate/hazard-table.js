/** The table of the hazard types in docs/migrate-hazards.md. */
export function hazardTable(types) {
  const rows = types.map(({ code, when, squawk = ['-'], effect }) => `| \`${code}\` | ${when} | ${squawk.join(', ')} | ${effect} |`)
  return ['| code | when | squawk | lock, for how long |', '|---|---|---|---|', ...rows].join('\n')
}
