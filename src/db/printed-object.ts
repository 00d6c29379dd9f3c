/** An object of a schema as SQL that can run whatever the search_path is: every name outside pg_catalog has its schema. */
export interface PrintedObject {
  /** Kind and name, as in the reading of the catalog: `table notes`, `column notes.body`, `default notes.body`, `function f(integer)`. */
  key: string
  /** The key of the table, view or type that it is a part of. */
  whole: string | null
  /** Its whole is created with it. */
  inline: boolean
  /** Empty for an object that exists only with its whole, such as the sequence of an identity column. */
  create: string[]
  /** What makes a table a partition or child of its parents. */
  attach: string[]
  comments: string[]
  /** GRANT, and REVOKE of what a new object gives to PUBLIC. */
  grants: string[]
  /** `ALTER TABLE public.notes OWNER TO app`; null for a part of another object. */
  owner: string | null
  drop: string | null
  /** As DROP and COMMENT ON name it: `TABLE public.notes`. */
  target: string
  /** The keys of the objects without which it cannot exist. */
  needs: string[]
  column?: ColumnParts
  /** The labels of an enum, as literals. */
  labels?: string[]
  /** The columns of a view or composite type. */
  attributes?: [name: string, type: string][]
  domain?: DomainParts
}

/** What ALTER DOMAIN can change, and the type that it cannot. */
export interface DomainParts {
  base: string
  default: string
  notNull: boolean
  constraints: [name: string, definition: string][]
}

/** What ALTER TABLE can change of a column; empty where the column has none. */
export interface ColumnParts {
  /** `ALTER TABLE public.notes` */
  table: string
  /** Quoted where SQL needs it. */
  name: string
  /** Its place among all columns that the table has had. */
  number: number
  type: string
  collation: string
  notNull: boolean
  default: string
  /** ` GENERATED ALWAYS AS IDENTITY`, with the options of its sequence. */
  identity: string
  /** ` GENERATED ALWAYS AS (a + 1) STORED` */
  generated: string
  storage: string
  compression: string
}
