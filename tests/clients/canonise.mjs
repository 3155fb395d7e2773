// Reads a JSON-LD document and writes its canonical N-Quads (RDFC-1.0); no remote context is
// fetched, and no value that has no meaning is dropped in silence.
//
//   node canonise.mjs FOLDER-THAT-HOLDS-node_modules FILE
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const [, , home, path] = process.argv
const jsonld = createRequire(`${home}/`)('jsonld')
const documentLoader = async (address) => {
  throw new Error(`a remote context would be fetched: ${address}`)
}
const quads = await jsonld.canonize(JSON.parse(readFileSync(path, 'utf8')), {
  algorithm: 'RDFC-1.0', format: 'application/n-quads', documentLoader, safe: true,
})
process.stdout.write(quads)
