// What @digitalcredentials/verifier-core says of credentials. Question and answer are JSON, as in bazaar.mjs.

import question, { asked, refused } from "./network.mjs";

// It writes what it thinks of schemas to the console, which is where the answer goes.
console.log = console.error;

const { verifyCredential } = await import("@digitalcredentials/verifier-core");

const answer = {};
for (const [name, credential] of Object.entries(question.cases)) {
  const found = await verifyCredential({ credential, knownDIDRegistries: [] });
  answer[name] = {
    log: Object.fromEntries((found.log ?? []).map(({ id, valid, error }) => [id, error ? error.name : valid])),
    errors: (found.errors ?? []).map(({ name: kind, message }) => `${kind}: ${message}`),
  };
}
process.stdout.write(JSON.stringify({ cases: answer, asked, refused }));
