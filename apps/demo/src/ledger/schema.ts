/** The version of the tables below, kept in the database's `user_version`; 0 is a new file. */
export const schemaVersion = 2

/** Amounts are integers of minor units; in `postings` a debit is positive and a credit negative. */
export const schema = `
  CREATE TABLE accounts (
    id INTEGER PRIMARY KEY,
    role TEXT NOT NULL CHECK (role IN ('bank', 'receivables', 'tax', 'sales')),
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    currency TEXT NOT NULL,
    UNIQUE (role, currency)
  ) STRICT;

  CREATE TABLE customers (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    street TEXT NOT NULL,
    city TEXT NOT NULL,
    country TEXT NOT NULL,
    currency TEXT NOT NULL
  ) STRICT;

  CREATE TABLE invoices (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    customer_id INTEGER NOT NULL REFERENCES customers,
    currency TEXT NOT NULL,
    issued_on TEXT NOT NULL,
    due_on TEXT NOT NULL,
    paid_on TEXT,
    net INTEGER NOT NULL CHECK (net > 0),
    tax INTEGER NOT NULL CHECK (tax >= 0),
    total INTEGER NOT NULL CHECK (total = net + tax)
  ) STRICT;
  CREATE INDEX invoices_by_customer ON invoices (customer_id);
  CREATE INDEX invoices_by_date ON invoices (issued_on DESC, id DESC);

  CREATE TABLE lines (
    invoice_id INTEGER NOT NULL REFERENCES invoices,
    position INTEGER NOT NULL,
    description TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    unit_price INTEGER NOT NULL CHECK (unit_price > 0),
    amount INTEGER NOT NULL CHECK (amount = quantity * unit_price),
    PRIMARY KEY (invoice_id, position)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE postings (
    id INTEGER PRIMARY KEY,
    invoice_id INTEGER NOT NULL REFERENCES invoices,
    account_id INTEGER NOT NULL REFERENCES accounts,
    posted_on TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount <> 0)
  ) STRICT;
  CREATE INDEX postings_by_invoice ON postings (invoice_id);
  CREATE INDEX postings_by_account ON postings (account_id);

  CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    salt BLOB NOT NULL,
    password_hash BLOB NOT NULL
  ) STRICT;

  CREATE TABLE sessions (
    token_hash BLOB PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE posted_once (
    user_id INTEGER NOT NULL,
    key TEXT NOT NULL,
    draft_hash BLOB NOT NULL,
    invoice_id INTEGER NOT NULL REFERENCES invoices,
    PRIMARY KEY (user_id, key)
  ) STRICT, WITHOUT ROWID;
`
