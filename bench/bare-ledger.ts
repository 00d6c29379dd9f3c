// The lower bound of `skills migrate` with nothing to do: connect, read the ledger, disconnect.
import postgres from 'postgres'

const sql = postgres(process.env['DATABASE_URL'] ?? '', { max: 1, fetch_types: false, prepare: false, onnotice: () => undefined })
const rows = await sql`select version, checksum from schema_migrations`
if (rows.length === 0) throw new Error('the ledger is empty')
await sql.end()
