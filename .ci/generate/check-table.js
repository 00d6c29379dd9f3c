/** The table of the checks in docs/verify.md. */
export function checkTable(checks) {
  const rows = checks.map(({ id, severity, title }) => `| \`${id}\` | ${severity} | ${title} |`)
  return ['| check | severity | passes when |', '|---|---|---|', ...rows].join('\n')
}
