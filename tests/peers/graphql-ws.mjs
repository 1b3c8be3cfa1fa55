// The client `graphql-ws` against a server: node graphql-ws.mjs URL TOKEN LAST-TITLE
//
// Each line of standard output is JSON that says what happened; the test that starts it publishes posts meanwhile.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const [url, token, last] = process.argv.slice(2);
const say = (line) => console.log(JSON.stringify(line));

let socket;
const payload = {
  query: 'subscription($after: Seq) { postPublished(after: $after) { title } }',
  variables: {},
};

const client = createClient({
  url,
  webSocketImpl: WebSocket,
  lazy: false,
  onNonLazyError: () => {},
  connectionParams: { authorization: `Bearer ${token}` },
  retryAttempts: 100,
  retryWait: async () => {},
  on: {
    connected: (opened, begun) => {
      socket = opened;
      // Before the first event, a client goes on from where its connection began.
      payload.variables.after ??= begun.seq;
    },
  },
});

// A query.
for await (const result of client.iterate({ query: '{ viewer { name } }' })) say({ query: result.data });

// What does not fit the schema.
try {
  for await (const result of client.iterate({ query: '{ nonsense }' })) say({ unexpected: result });
} catch (errors) {
  say({ refused: errors[0].extensions.code });
}

// A ping of the protocol.
const pong = new Promise((resolve) => client.on('message', (message) => message.type === 'pong' && resolve()));
socket.send(JSON.stringify({ type: 'ping' }));
await pong;
say({ pong: true });
say({ connected: true });

// A subscription whose connection breaks after every seventh event. The library connects again and sends the same
// payload, which tells by then how far it has come.
client.on('connected', () => say({ connected: true }));
let told = 0;
const unsubscribe = client.subscribe(payload, {
  next: async (result) => {
    payload.variables.after = result.extensions.seq;
    const { title } = result.data.postPublished;
    say({ told: title });
    if (title === last) {
      // `complete`, and the socket is still good for another operation afterwards.
      unsubscribe();
      for await (const { data } of client.iterate({ query: '{ __typename }' })) {
        if (data.__typename === 'Query') say({ done: true });
      }
      await client.dispose();
    } else if (++told % 7 === 0) {
      socket.terminate();
    }
  },
  error: (error) => {
    say({ failed: String(error) });
    process.exit(1);
  },
  complete: () => {},
});
