// A network with a few documents in it and nothing else: whoever asks for another address, or opens a connection, fails.

import dns from "node:dns";
import net from "node:net";

const question = JSON.parse(await new Response(process.stdin).text());
export default question;

export const documents = new Map(Object.entries(question.documents));
export const asked = [];
export const refused = [];

function find(url) {
  asked.push(url);
  if (documents.has(url)) return documents.get(url);
  refused.push(url);
  throw new Error(`there is no network: ${url}`);
}

// What takes a loader of ours: the libraries of Digital Bazaar.
export async function load(url) {
  const [did, fragment] = url.split("#");
  if (did.startsWith("did:key:")) return { contextUrl: null, documentUrl: url, document: keyOf(did, fragment) };
  if (!did.startsWith("did:web:")) return { contextUrl: null, documentUrl: url, document: find(url) };
  const whole = find(`https://${did.slice("did:web:".length)}/.well-known/did.json`);
  const method = fragment && whole.verificationMethod.find(({ id }) => id === url);
  if (fragment && !method) throw new Error(`${did} has no ${fragment}`);
  const document = fragment ? { "@context": "https://w3id.org/security/multikey/v1", ...method } : whole;
  return { contextUrl: null, documentUrl: url, document };
}

// A did:key is its own document: whoever makes one has it resolved everywhere.
function keyOf(did, fragment) {
  const id = `${did}#${did.slice("did:key:".length)}`;
  const method = { id, type: "Multikey", controller: did, publicKeyMultibase: did.slice("did:key:".length) };
  if (fragment) return { "@context": "https://w3id.org/security/multikey/v1", ...method };
  return { "@context": "https://www.w3.org/ns/did/v1", id: did, verificationMethod: [method], assertionMethod: [id] };
}

// What brings its own: every way out leads to the same documents or to an error.
globalThis.fetch = async (input) => {
  const url = typeof input === "string" ? input : (input.url ?? String(input));
  const body = JSON.stringify(find(url));
  return new Response(body, { status: 200, headers: { "Content-Type": "application/json" } });
};

function closed() {
  refused.push("a connection");
  throw new Error("there is no network");
}
net.Socket.prototype.connect = closed;
dns.lookup = closed;
dns.promises.lookup = closed;
