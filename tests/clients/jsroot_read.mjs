// Reads a ROOT file with jsroot and prints what it holds as JSON:
// {"trees": {"name": {"entries": n, "branches": {"name": [values of entry 0, entry 1, ...]}}}, "strings": {"name": "text"}}
// Of an RNTuple it reads the first group of clusters only, as jsroot does.
// Usage: node jsroot_read.mjs FILE   (in a folder where jsroot is installed)

import { openFile, TSelector, treeProcess } from "jsroot";
import { addUserStreamer } from "jsroot/io";
import { readHeaderFooter, rntupleProcess } from "jsroot/rntuple";

// jsroot knows how to read ROOT::RNTuple only from files that describe the class, as ROOT itself writes them
addUserStreamer("ROOT::RNTuple", (buffer, anchor) => {
  for (const name of ["VersionEpoch", "VersionMajor", "VersionMinor", "VersionPatch"]) anchor[`f${name}`] = buffer.ntou2();
  for (const part of ["Header", "Footer"]) {
    for (const name of [`Seek${part}`, `NBytes${part}`, `Len${part}`]) anchor[`f${name}`] = Number(buffer.ntou8());
  }
  anchor.fMaxKeySize = buffer.ntou8();
  anchor.$file = buffer.fFile;
});

function plain(value) {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (value === null || typeof value !== "object") return value;
  if ("length" in value) return Array.from(value, plain);
  return Object.fromEntries(Object.keys(value).filter((key) => key !== "_typename").map((key) => [key, plain(value[key])]));
}

async function column(tree, name, process) {
  const selector = new TSelector();
  const values = [];
  selector.addBranch(name, "value");
  selector.Process = function () { values.push(plain(this.tgtobj.value)); };
  await process(tree, selector);
  return values;
}

async function readTree(tree) {
  const names = tree.fBranches.arr.map((branch) => branch.fName);
  const branches = {};
  for (const name of names) branches[name] = tree.fEntries ? await column(tree, name, treeProcess) : [];
  return { entries: tree.fEntries, branches };
}

async function readNTuple(ntuple) {
  const builder = await readHeaderFooter(ntuple);
  const fields = builder.fieldDescriptors;
  // records have no class of their own, but jsroot goes by its name and checksum; lists of them have no name either
  for (const field of fields) {
    const name = builder.findColumns(field)?.length ? "std::vector" : "record";
    if (!field.typeName) Object.assign(field, { typeName: name, checksum: 1 });
  }
  const branches = {};
  const top = fields.filter((field, index) => field.parentFieldId === index);
  for (const { fieldName } of top) branches[fieldName] = await column(ntuple, fieldName, rntupleProcess);
  return { entries: builder.clusterSummaries.reduce((sum, cluster) => sum + Number(cluster.numEntries), 0), branches };
}

const file = await openFile(process.argv[2]);
const trees = {};
const strings = {};
for (const { fName, fClassName } of file.fKeys) {
  if (fClassName === "TTree") trees[fName] = await readTree(await file.readObject(fName));
  if (fClassName === "ROOT::RNTuple") trees[fName] = await readNTuple(await file.readObject(fName));
  if (fClassName === "TObjString") strings[fName] = (await file.readObject(fName)).fString;
}
console.log(JSON.stringify({ trees, strings }));
