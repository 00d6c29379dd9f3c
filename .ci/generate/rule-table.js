/** The table of the rules in docs/skill-format.md. */
export function ruleTable(rules) {
  const rows = Object.entries(rules).map(([code, { severity, title, source, fixed, fixable }]) => {
    const remarks = [...(fixed === true ? ['fixed'] : []), ...(fixable === true ? ['`--fix`'] : [])].join(', ')
    return `| \`${code}\` | ${severity} | ${title} | ${source} | ${remarks} |`
  })
  return ['| rule | severity | about | source | |', '|---|---|---|---|---|', ...rows].join('\n')
}
