// Makes docs/config.schema.json, the JSON Schema of skills.config.json, from src/config/setting-table.ts and the rules of lint.

/** A property for each key of the configuration file. */
export function configSchema({ DATABASE_SETTINGS, SETTINGS, RULES_KEY, VARIABLES_KEY }, rules) {
  const settings = Object.values({ ...DATABASE_SETTINGS, ...SETTINGS })
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'skills.config.json',
    description: 'The configuration file of skills. Paths are relative to the file.',
    type: 'object',
    properties: {
      $schema: { type: 'string' },
      ...Object.fromEntries(settings.map((setting) => [setting.key, property(setting)])),
      [RULES_KEY]: {
        description: 'The severity of a rule of skills lint by its code.',
        type: 'object',
        properties: Object.fromEntries(
          Object.entries(rules)
            .filter(([, { fixed }]) => fixed !== true)
            .map(([code, { title }]) => [code, { description: title, enum: ['off', 'note', 'warning', 'error'] }]),
        ),
        additionalProperties: false,
      },
      [VARIABLES_KEY]: {
        description: 'The value of a variable in your migrations by its name.',
        type: 'object',
        propertyNames: { pattern: '^[A-Za-z_\\u0080-\\uffff][\\w\\u0080-\\uffff]*$' },
        additionalProperties: { type: 'string' },
      },
    },
    additionalProperties: false,
  }
  return `${JSON.stringify(schema, null, 2)}\n`
}

function property({ help, type, repeatable, default: standard }) {
  const one = type === undefined ? { type: 'boolean' } : type.values === undefined ? { type: 'string' } : { enum: type.values }
  const value = repeatable === true ? { anyOf: [one, { type: 'array', items: one }] } : one
  return { description: help.replaceAll('`', ''), ...value, ...(standard === undefined ? {} : { default: standard }) }
}
