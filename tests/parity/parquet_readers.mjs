// Reads Parquet files that oddhours wrote with other people's readers and compares every value with
// the CSV of the same name beside it, which oddhours wrote of the same run.
//
//     parquet_readers.mjs FOLDER OF NODE MODULES, FILE.parquet...
//
// Readers are those that the folder has of @duckdb/node-api, hyparquet (with hyparquet-compressors),
// nodejs-polars and parquet-wasm (with apache-arrow). Prints "READER FILE ROWS rows" for each, and
// ends with 1 at the first difference, with 77 when there is no reader.
import { createRequire } from 'node:module'
import { existsSync, readFileSync, createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const [modules, ...files] = process.argv.slice(2)
const require = createRequire(pathToFileURL(join(resolve(modules), 'x.js')))

// The types that tables of a run have; of other files they are not looked at.
const TABLES = /(^|\/)(isolation_forest|autoencoders|lof|sample_idx|ecod|own_past|scores)\.parquet$/
const TYPES = {
  iso_score: 'DOUBLE', iso_label: 'BIGINT', ae_score: 'FLOAT', lof_score: 'FLOAT', lof_label: 'TINYINT',
  row_id: 'BIGINT', dt: 'VARCHAR', src_user: 'VARCHAR', own: 'FLOAT', triage: 'FLOAT', ecod_score: 'DOUBLE'
}

async function module(name) {
  const folder = join(resolve(modules), name)
  if (!existsSync(folder)) return null
  try {
    return require(name)
  } catch (error) {
    if (error.code === 'MODULE_NOT_FOUND') return null // it wants another that is not there
    const { exports, main } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const entry = exports?.['.']?.import ?? exports?.import ?? exports?.['.'] ?? exports ?? main
    const path = typeof entry === 'string' ? entry : entry.default
    return import(pathToFileURL(join(folder, path)))
  }
}

// Each reader: the names of the columns, and their values, column by column.
const readers = {
  async duckdb(file) {
    const duckdb = await module('@duckdb/node-api')
    if (duckdb === null) return null
    const database = await (await duckdb.DuckDBInstance.create(':memory:')).connect()
    const result = await database.runAndReadAll(`SELECT * FROM read_parquet('${file}')`)
    const names = result.columnNames()
    result.columnTypes().forEach((type, i) => {
      if (TABLES.test(file) && names[i] in TYPES && String(type) !== TYPES[names[i]])
        throw new Error(`${file}: ${names[i]} is ${type}, not ${TYPES[names[i]]}`)
    })
    // What it says of least and greatest values must be what the values are.
    const bounds = await database.runAndReadAll(`SELECT path_in_schema, min(stats_min_value::DOUBLE),
      max(stats_max_value::DOUBLE), sum(stats_null_count) FROM parquet_metadata('${file}')
      WHERE type <> 'BYTE_ARRAY' GROUP BY ALL`)
    for (const [name, least, most, nulls] of bounds.getRows()) {
      const real = (await database.runAndReadAll(`SELECT min("${name}")::DOUBLE, max("${name}")::DOUBLE,
        count(*) - count("${name}") FROM read_parquet('${file}')`)).getRows()[0]
      const as = single(file, name) ? Math.fround : Number // DuckDB shows floats in shortest form
      if (as(least) !== real[0] || as(most) !== real[1] || Number(nulls) !== Number(real[2]))
        throw new Error(`${file}: statistics of ${name}: ${[least, most, nulls]} for ${real}`)
    }
    return { names, columns: result.getColumns() }
  },
  async hyparquet(file) {
    const hyparquet = await module('hyparquet')
    const compressors = hyparquet && await module('hyparquet-compressors')
    if (!hyparquet || !compressors) return null
    const buffer = await hyparquet.asyncBufferFromFile(file)
    const rows = await hyparquet.parquetReadObjects({ file: buffer, compressors: compressors.compressors })
    const names = hyparquet.parquetSchema(await hyparquet.parquetMetadataAsync(buffer)).children
      .map(child => child.element.name)
    return { names, columns: names.map(name => rows.map(row => row[name])) }
  },
  async polars(file) {
    const polars = await module('nodejs-polars')
    if (polars === null) return null
    const frame = (polars.default ?? polars).readParquet(file)
    return { names: frame.columns, columns: frame.columns.map(name => frame.getColumn(name).toArray()) }
  },
  async 'arrow-rs'(file) {
    const wasm = await module('parquet-wasm')
    const arrow = wasm && await module('apache-arrow')
    if (!wasm || !arrow) return null
    const table = arrow.tableFromIPC(wasm.readParquet(readFileSync(file)).intoIPCStream())
    const names = table.schema.fields.map(field => field.name)
    return { names, columns: names.map(name => [...table.getChild(name)]) }
  }
}

// Fields of a line of CSV without line breaks in quotes, which these tables do not have.
function fields(line) {
  const all = []
  for (const match of line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/gy)) {
    all.push(match[1].startsWith('"') ? match[1].slice(1, -1).replaceAll('""', '"') : match[1])
    if (!match[0].endsWith(',')) break
  }
  return all
}

const single = (file, name) => TABLES.test(file) && TYPES[name] === 'FLOAT'

function same(file, name, text, value) {
  if (value === null || value === undefined || text === '') return text === '' && value == null
  if (typeof value === 'string') return text === value
  if (typeof value === 'bigint') return BigInt(text) === value
  const wanted = single(file, name) ? Math.fround(Number(text)) : Number(text)
  // lof.csv has nine digits of a number of which Parquet has the nearest float
  const near = name === 'lof_score' && Math.abs(Number(text) - value) <= Math.abs(value) * 2 ** -23
  return Object.is(wanted, value) || near
}

async function compare(reader, file) {
  const got = await readers[reader](resolve(file))
  if (got === null) return false
  const csv = file.replace(/\.parquet$/, '.csv')
  let row = -1
  for await (const line of createInterface({ input: createReadStream(csv) })) {
    const texts = fields(line)
    if (row < 0 && texts.join() !== got.names.join())
      throw new Error(`${file}: columns ${got.names}, in CSV ${texts}`)
    for (let i = 0; row >= 0 && i < texts.length; i++)
      if (!same(file, got.names[i], texts[i], got.columns[i][row]))
        throw new Error(`${reader}: ${file}, row ${row}, ${got.names[i]}: ` +
          `${got.columns[i][row]}, in CSV ${texts[i]}`)
    row++
  }
  const rows = got.columns[0].length
  if (rows !== row) throw new Error(`${reader}: ${file}: ${rows} rows, in CSV ${row}`)
  console.log(`${reader} ${file} ${rows} rows`)
  return true
}

let known = 0
for (const reader of Object.keys(readers))
  for (const file of files) {
    try {
      if (!await compare(reader, file)) break
      known++
    } catch (error) {
      console.log(error.stack ?? String(error))
      process.exit(1)
    }
  }
process.exit(known > 0 ? 0 : 77)
