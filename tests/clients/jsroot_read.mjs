// Reads a ROOT file with jsroot and prints what it holds as JSON:
// {"entries": n, "branches": {"name": [values of entry 0, entry 1, ...]}, "strings": {"name": "text"}}
// Usage: node jsroot_read.mjs FILE TREE   (in a folder where jsroot is installed)

import { openFile, TSelector, treeProcess } from "jsroot";

const [path, treeName] = process.argv.slice(2);
const file = await openFile(path);
const tree = await file.readObject(treeName);
const names = tree.fBranches.arr.map((branch) => branch.fName);

function plain(value) {
  if (typeof value === "bigint") return value.toString();
  if (value !== null && typeof value === "object" && "length" in value) return Array.from(value, plain);
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  return value;
}

async function readBranch(name) {
  const selector = new TSelector();
  const values = [];
  selector.addBranch(name, "value");
  selector.Process = function () { values.push(plain(this.tgtobj.value)); };
  await treeProcess(tree, selector);
  return values;
}

const branches = {};
for (const name of names) branches[name] = await readBranch(name);

const strings = {};
for (const key of file.fKeys.filter((key) => key.fClassName === "TObjString")) {
  strings[key.fName] = (await file.readObject(key.fName)).fString;
}
console.log(JSON.stringify({ entries: tree.fEntries, branches, strings }));
