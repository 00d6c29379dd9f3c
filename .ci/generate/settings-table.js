// Makes the table of settings in README.md from src/config/setting-table.ts.

/** The rows, one for each key of the configuration file. */
export function settingsTable({ DATABASE_SETTINGS, SETTINGS, RULES_KEY, VARIABLES_KEY }) {
  const rows = Object.values({ ...DATABASE_SETTINGS, ...SETTINGS }).map((setting) => [
    code(setting.key),
    optionOf(setting),
    setting.variable === undefined ? '' : code(setting.variable) + (setting.variable === 'DATABASE_URL' ? ', `PG*`' : ''),
    setting.defaultText ?? (setting.default === undefined ? '' : code(String(setting.default))),
  ])
  rows.push([code(RULES_KEY), '', '', 'an object: the severity (`off`, `note`, `warning`, `error`) of a rule by its code'])
  rows.push([code(VARIABLES_KEY), '`--var`', '', 'an object: the value of a variable in your migrations by its name'])
  return [line(['key', 'option', 'variable', 'default']), '|---|---|---|---|', ...rows.map(line)].join('\n')
}

function optionOf({ flags, argument }) {
  const names = code(flags.replaceAll(/ [<[].*/g, ''))
  return argument === true ? `arguments of \`sync\`, \`verify\`, ...; else ${names}` : names
}

function code(text) {
  return text
    .split(', ')
    .map((word) => `\`${word}\``)
    .join(', ')
}

function line(cells) {
  return `| ${cells.join(' | ')} |`.replaceAll('|  |', '| |').replaceAll('|  |', '| |')
}
