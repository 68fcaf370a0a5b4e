/**
 * What starts the API page in the browser: both descriptions, and a request that was tried in three
 * languages.
 */
export const docsScript = `const header = (request) => {
  const headers = request.get('headers');
  return headers ? headers.toJS() : {};
};
const body = (request) => request.get('body');
const indented = (text) => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
};
const lines = (...parts) => parts.filter((part) => part !== null).join('\\n');

const python = (request) =>
  lines(
    'import requests',
    '',
    'response = requests.request(',
    '    ' + JSON.stringify(request.get('method')) + ',',
    '    ' + JSON.stringify(request.get('url')) + ',',
    '    headers=' + JSON.stringify(header(request)) + ',',
    body(request) ? '    data=r\\'\\'\\'' + indented(body(request)) + '\\'\\'\\'.encode(),' : null,
    ')',
    'response.raise_for_status()',
    'print(response.json())',
  );

const typescript = (request) =>
  lines(
    'const response = await fetch(' + JSON.stringify(request.get('url')) + ', {',
    '  method: ' + JSON.stringify(request.get('method')) + ',',
    '  headers: ' + JSON.stringify(header(request)) + ',',
    body(request) ? '  body: JSON.stringify(' + indented(body(request)) + '),' : null,
    '});',
    'console.log(response.status, await response.json());',
  );

window.ui = SwaggerUIBundle({
  urls: [
    { name: 'Tessera /v1', url: '/openapi.json' },
    { name: 'SQuARE /api', url: '/api/main/openapi.json' },
  ],
  dom_id: '#swagger-ui',
  deepLinking: true,
  validatorUrl: null,
  tryItOutEnabled: true,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  plugins: [{ fn: { requestSnippetGenerator_python: python, requestSnippetGenerator_typescript: typescript } }],
  requestSnippetsEnabled: true,
  requestSnippets: {
    generators: {
      curl_bash: { title: 'curl', syntax: 'bash' },
      python: { title: 'Python', syntax: 'python' },
      typescript: { title: 'TypeScript', syntax: 'javascript' },
    },
    defaultExpanded: true,
  },
  layout: 'StandaloneLayout',
});
`;
