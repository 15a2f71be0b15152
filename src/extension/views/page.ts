/** The HTML of a view: nothing but its own script and style may load, and it reaches nothing outside. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

export type ViewName = 'sidebar' | 'review';

/** Where the views' scripts, styles and fonts are: the only folder that they may read. */
const assets = (extension: vscode.Uri): vscode.Uri => vscode.Uri.joinPath(extension, 'dist', 'webview');

export const webviewOptions = (extension: vscode.Uri): vscode.WebviewOptions => ({
  enableScripts: true,
  localResourceRoots: [assets(extension)],
});

export function page(webview: vscode.Webview, extension: vscode.Uri, view: ViewName): string {
  const nonce = randomBytes(16).toString('base64');
  const own = webview.cspSource;
  const asset = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(assets(extension), name)).toString();
  const policy = [
    "default-src 'none'",
    // What a script imports carries no nonce.
    `script-src 'nonce-${nonce}' ${own}`,
    `style-src 'nonce-${nonce}' ${own}`,
    `font-src ${own}`,
    `img-src ${own} data: blob:`,
    `media-src ${own} data: blob:`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${vscode.env.language}">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>MassGen</title>
<link rel="stylesheet" href="${asset(`${view}.css`)}">
</head>
<body data-view="${view}">
<div id="app"></div>
<script type="module" nonce="${nonce}" src="${asset(`${view}.js`)}"></script>
</body>
</html>
`;
}
