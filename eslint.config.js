import js from '@eslint/js'
import regexp from 'eslint-plugin-regexp'
import tseslint from 'typescript-eslint'

/**
 * The rooms of src/ and the arrows between them. A room may import itself, the leaves (clock, errors, log) and what is
 * listed here; everything else is refused with the reason given. docs/architecture.md tells the same in words.
 */
const rooms = {
  domain: { may: [], packages: [], why: 'domain is pure decisions: hand values in, get values and reasons out' },
  salesforce: {
    may: ['domain'],
    packages: ['jsforce', 'jose', 'csv-parse', 'fast-xml-builder', 'fflate', 'node-forge'],
    why: 'salesforce speaks to the org in domain types and knows nothing of MongoDB or of the screen',
  },
  mongo: {
    may: ['domain'],
    packages: ['mongodb'],
    why: 'mongo speaks to the database in domain types and knows nothing of Salesforce or of the screen',
  },
  sync: {
    may: ['domain', 'salesforce', 'mongo'],
    packages: ['p-map'],
    why: 'sync is where the two systems meet; it tells what happens by events and never renders',
  },
  notify: {
    may: ['domain'],
    packages: ['nodemailer'],
    why: 'notify carries a message to people; what it says and to whom is decided elsewhere',
  },
  reports: {
    may: ['domain', 'mongo'],
    packages: [],
    why: 'reports reads figures out of what is kept; it asks the org nothing, changes nothing and renders nothing',
  },
  alerts: {
    may: ['domain', 'salesforce', 'mongo', 'notify'],
    packages: [],
    why: 'alerts judges figures, keeps what was told and tells; the figures are handed to it',
  },
  privacy: {
    may: ['domain', 'salesforce', 'mongo', 'sync'],
    packages: [],
    why: 'privacy does what a person asks for about themselves; it tells what happened and never renders',
  },
  worker: {
    may: ['domain', 'salesforce', 'mongo', 'sync'],
    packages: ['bullmq', 'ioredis'],
    why: 'worker drains the queue for as long as it is told to; what is done with one batch is for sync to say',
  },
  library: {
    may: ['domain', 'salesforce', 'mongo', 'sync', 'app'],
    packages: [],
    why: 'library is what the platform imports: one person, in time, and nothing that a screen or a command line needs',
  },
  app: {
    may: ['domain', 'salesforce', 'mongo'],
    packages: ['dotenv', 'jsonc-parser'],
    why: 'app reads the settings and opens and closes the two systems; it decides nothing about people',
  },
  render: {
    may: ['domain', 'reports', 'sync', 'worker', 'alerts', 'notify', 'salesforce', 'app', 'privacy'],
    packages: ['cli-table3', 'ora', 'csv-stringify', 'hono'],
    why: 'render turns a result into text; it reads no system and changes nothing',
  },
  cli: {
    may: [
      'app',
      'render',
      'reports',
      'sync',
      'worker',
      'privacy',
      'alerts',
      'notify',
      'domain',
      'salesforce',
      'mongo',
      'playground',
    ],
    packages: ['inquirer', 'open', '@oclif/core'],
    why: 'cli is what stands between a command and a use case: flags, questions, signals, one exit',
  },
  'json-schema': {
    may: ['domain', 'app'],
    packages: [],
    why: 'json-schema says what --json prints; it is not part of what runs',
  },
  dashboard: {
    may: ['cli', 'app', 'render', 'reports', 'sync', 'domain', 'salesforce', 'mongo'],
    packages: ['hono', '@hono/node-server'],
    why: 'dashboard shows in a browser what reports and the ledger say; it writes nothing but by the commands of this package',
  },
  commands: {
    may: ['cli', 'dashboard', 'render', 'salesforce', 'playground'],
    packages: [],
    why: 'a command is a door: parse, one call, show',
  },
  playground: {
    may: [],
    packages: ['mingo', 'bson', 'find-my-way', 'fast-xml-parser', 'fflate'],
    leaves: false,
    why: 'the playground stands on the far side of the wire and shares no code with the product',
  },
}

/** Packages that only the named room may import, so that each trap is met in one place. */
const guarded = {
  jsforce: 'only salesforce imports jsforce: its traps are wrapped there',
  mongodb: 'only mongo imports the driver',
  jose: 'only salesforce signs tokens',
  'node-forge': 'only salesforce makes certificates',
  'csv-parse': 'only salesforce reads CSV so far',
  mingo: 'only the playground interprets MongoDB queries',
  bson: 'only the playground encodes BSON itself',
  'find-my-way': 'only the playground routes HTTP',
  'fast-xml-parser': 'only the playground reads SOAP and metadata',
  'fast-xml-builder': 'only salesforce writes metadata',
  'csv-stringify': 'only render/csv.ts writes CSV for people, which is made harmless there',
  ora: 'only render draws on the terminal',
  'cli-table3': 'only render draws on the terminal',
  nodemailer: 'only notify writes mail',
  inquirer: 'only cli asks questions',
  open: 'only cli opens a browser',
  '@napi-rs/keyring': 'only bin/keychain.js, a process that can be ended, speaks to the keychain',
  'jsonc-parser': 'only app reads and changes the config file',
  hono: 'only the dashboard serves pages',
  '@hono/node-server': 'only the dashboard serves pages',
  bullmq: 'only worker/bullmq.ts imports BullMQ, which is there only where a team installed it',
  ioredis: 'only worker/bullmq.ts speaks to Redis',
}

const roomRules = Object.entries(rooms).map(([room, { may, packages, why, leaves = true }]) => {
  const closedRooms = Object.keys(rooms).filter((other) => other !== room && !may.includes(other))
  const patterns = [
    { group: closedRooms.map((other) => `../**/${other}/**`), message: `${room} must not import this room: ${why}.` },
    ...Object.entries(guarded)
      .filter(([name]) => !packages.includes(name))
      .map(([name, message]) => ({ group: [name, `${name}/**`], message })),
  ]
  if (room === 'domain') patterns.push({ group: ['node:*'], message: `${why}.` })
  if (!leaves)
    patterns.push({ group: ['**/clock.js', '**/errors.js', '**/log.js'].map((p) => `../${p}`), message: why })
  return {
    files: [`src/${room}/**/*.{ts,tsx}`],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
  }
})

export default tseslint.config(
  { ignores: ['dist', 'coverage', 'node_modules'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: {
          allowDefaultProject: [
            '*.js',
            'bin/*.js',
            'scripts/*.js',
            'bench/*.js',
            '.ci/*.js',
            'src/dashboard/assets/*.js',
          ],
        },
      },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'no-console': 'error',
    },
  },
  {
    // A pattern that takes long for a long text is an attack for whoever can write that text.
    files: ['src/**', 'bin/**'],
    plugins: { regexp },
    rules: {
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': ['error', { report: 'potential', ignoreSticky: true }],
    },
  },
  { files: ['**/*.js'], ...tseslint.configs.disableTypeChecked },
  {
    files: ['**/*.js'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        AbortController: 'readonly',
        fetch: 'readonly',
        performance: 'readonly',
      },
    },
    rules: { 'no-console': 'off' },
  },
  {
    files: ['src/dashboard/assets/*.js'],
    languageOptions: {
      globals: {
        document: 'readonly',
        location: 'readonly',
        history: 'readonly',
        window: 'readonly',
        DOMParser: 'readonly',
      },
    },
  },
  { files: ['docs/examples/**'], rules: { 'no-console': 'off' } },
  ...roomRules,
)
