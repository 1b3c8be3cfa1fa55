// Starts GraphiQL on the page it stands on: the page's own address is the endpoint, and the front-page
// query, which the server wrote into the <template>, is what a first visitor finds in the editor.
'use strict';

(() => {
  const root = document.getElementById('graphiql');
  const loading = document.getElementById('loading');
  loading.hidden = false;

  if (!window.React || !window.ReactDOM || !window.GraphiQL) {
    loading.textContent = 'GraphiQL could not be loaded: reload this page, or send queries to its address by POST.';
    return;
  }

  const post = async (address, options) => {
    const response = await fetch(address, {
      ...options,
      credentials: 'same-origin',
      headers: { accept: 'application/graphql-response+json, application/json', ...options.headers },
    });
    // Every answer of the endpoint is JSON, refusals included; anything else comes from a proxy in between.
    const body = await response.text();
    return {
      json() {
        try {
          return JSON.parse(body);
        } catch {
          throw new Error(`the answer (status ${response.status}) is not JSON: ${body.slice(0, 300)}`);
        }
      },
    };
  };

  // Queries and mutations go by POST, subscriptions over a socket, to which the headers of the editor are told as the
  // payload of `connection_init`.
  const fetcher = GraphiQL.createFetcher({
    url: location.pathname,
    subscriptionUrl: `${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}${location.pathname}/ws`,
    enableIncrementalDelivery: false,
    fetch: post,
  });

  const query = document.getElementById('front-page').content.textContent.trim() + '\n';
  ReactDOM.createRoot(root).render(
    React.createElement(
      GraphiQL,
      { fetcher, defaultQuery: query, defaultEditorToolsVisibility: false, shouldPersistHeaders: false },
      React.createElement(
        GraphiQL.Logo,
        null,
        React.createElement('a', { className: 'wordmark', href: 'graphql/schema.graphql', title: 'The schema as text' }, 'Inkstand'),
      ),
    ),
  );
})();
