// What @digitalbazaar/vc says of credentials. Question and answer are JSON: {documents, cases: {name: credential}}.

import question, { asked, load, refused } from "./network.mjs";

import { DataIntegrityProof } from "@digitalbazaar/data-integrity";
import { createVerifyCryptosuite as jcs } from "@digitalbazaar/eddsa-jcs-2022-cryptosuite";
import { cryptosuite as rdfc } from "@digitalbazaar/eddsa-rdfc-2022-cryptosuite";
import * as vc from "@digitalbazaar/vc";
import { checkStatus } from "@digitalbazaar/vc-bitstring-status-list";

const SUITES = { rdfc, jcs: jcs() };

// A suite of its own for every proof: what one has been asked it may remember.
function suites(names) {
  return names.map((name) => new DataIntegrityProof({ cryptosuite: SUITES[name] }));
}

async function look(credential, names) {
  const options = { documentLoader: load, suite: suites(names) };
  // Of a proof set it calls verified what one proof proves; each is asked for by itself here.
  const found = await vc.verifyCredential({
    ...options,
    credential: structuredClone(credential),
    checkStatus: ({ credential: one }) => checkStatus({ credential: one, documentLoader: load, suite: suites(names) }),
  });
  const status = found.statusResult ?? {};
  return {
    verified: found.verified,
    proofs: (found.results ?? []).map(({ verified }) => verified),
    // It says `verified` of the status of a revoked one as well: whether the bit stands is in its results.
    statusVerified: status.verified ?? null,
    bits: (status.results ?? []).map(({ status: bit }) => bit),
    problem: [found.error, ...(found.error?.errors ?? []), status.error].map((error) => error?.message).filter(Boolean),
  };
}

const answer = {};
for (const [name, credential] of Object.entries(question.cases)) {
  answer[name] = {};
  for (const suite of Object.keys(SUITES)) answer[name][suite] = await look(credential, [suite]);
}
process.stdout.write(JSON.stringify({ cases: answer, asked, refused }));
