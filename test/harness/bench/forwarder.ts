import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { openFloor } from './floor.ts';
import type { Asked } from './over-http.ts';

// A bare node:http server that makes the floor's calls and checks nothing: what any service between has to add.
const { PORT, KEYCLOAK_URL = '', KEYCLOAK_REALM = '', KEYCLOAK_CLIENT_SECRET = '' } = process.env;
const floor = await openFloor({ url: KEYCLOAK_URL, realm: KEYCLOAK_REALM, secret: KEYCLOAK_CLIENT_SECRET });

createServer(async (request, response) => {
  // By this it is known to be ready.
  if (request.method === 'GET') {
    response.end();
    return;
  }
  try {
    const { operation, subject } = (await json(request)) as Asked;
    const made = await floor.run(operation, subject);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(made ?? {}));
  } catch (error) {
    response.statusCode = 502;
    response.end(String(error));
  }
}).listen(Number(PORT), '127.0.0.1');
