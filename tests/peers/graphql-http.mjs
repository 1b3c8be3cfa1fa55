// Runs the server audits of graphql-http against the address that is given, and fails where one is not ok.
//
//     node graphql-http.mjs http://127.0.0.1:8080/graphql

import { serverAudits } from 'graphql-http';

const url = process.argv[2];
const audits = serverAudits({ url });
const failed = [];
for (const audit of audits) {
  // A failure is a result; an exception is a failure of the connection, or of the audit itself.
  const result = await audit.fn().catch((error) => ({ status: 'error', reason: String(error) }));
  if (result.status !== 'ok') {
    failed.push(`${audit.id} ${audit.name}: ${result.status}: ${result.reason}`);
    const response = result.response;
    if (response) failed.push(`    ${response.status} ${response.headers.get('content-type')} ${await response.clone().text().catch(() => '')}`);
  }
}
for (const line of failed) console.error(line);
console.log(`${audits.length} audits, ${failed.length === 0 ? 'all ok' : 'some not'}`);
// The package says what it checks; a version that checks nothing must not pass.
process.exit(failed.length === 0 && audits.length >= 60 ? 0 : 1);
