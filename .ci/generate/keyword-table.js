// Makes the table of connection keywords in docs/connection.md from src/config/connection-keywords.ts.

/** The rows, one for each keyword of libpq. */
export function keywordTable({ KEYWORDS }) {
  const rows = Object.entries(KEYWORDS).map(([name, { variable, support, text, values, harmless }]) => {
    const accepted = values === undefined ? (harmless === undefined ? '' : `except ${codes(harmless)}`) : codes(values)
    return `| \`${name}\` | ${variable === undefined ? '' : `\`${variable}\``} | ${support} | ${[accepted, text].filter((part) => part !== '').join('; ')} |`
  })
  return ['| keyword | variable | | |', '|---|---|---|---|', ...rows].join('\n').replaceAll('|  |', '| |')
}

function codes(values) {
  return values.map((value) => `\`${value}\``).join(', ')
}
