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

  const fetcher = async (params, options) => {
    const response = await fetch(location.pathname, {
      method: 'POST',
      credentials: 'same-origin',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json',
        ...options?.headers,
      },
      body: JSON.stringify(params),
    });
    // Every answer of the endpoint is JSON, refusals included; anything else comes from a proxy in between.
    const body = await response.text();
    try {
      return JSON.parse(body);
    } catch {
      throw new Error(`the answer (status ${response.status}) is not JSON: ${body.slice(0, 300)}`);
    }
  };

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
