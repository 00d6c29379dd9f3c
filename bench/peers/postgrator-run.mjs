import { Client } from 'pg'
import Postgrator from 'postgrator'

const client = new Client({ connectionString: process.env.DATABASE_URL })
await client.connect()
const postgrator = new Postgrator({
  migrationPattern: `${process.argv[2]}/*.sql`,
  driver: 'pg',
  schemaTable: 'postgrator_schema',
  execQuery: (query) => client.query(query),
})
await postgrator.migrate()
await client.end()
