// A catalog as CSV (RFC 4180), read far enough to show what an import of it would do. The import itself is checked by the shop, row by row.

/** @param {string} text @returns {string[][]} */
export function parseCsv(text) {
  const rows = [];
  let row = [];
  let field = '';
  let isQuoted = false;
  for (let i = 0; i < text.length; i++) {
    const letter = text[i];
    if (isQuoted) {
      if (letter !== '"') field += letter;
      else if (text[i + 1] === '"') field += text[++i];
      else isQuoted = false;
    } else if (letter === '"') isQuoted = true;
    else if (letter === ',') { row.push(field); field = ''; }
    else if (letter === '\n') { rows.push([...row, field]); row = []; field = ''; }
    else if (letter !== '\r') field += letter;
  }
  if (field || row.length > 0) rows.push([...row, field]);
  return rows.filter(cells => cells.some(Boolean));
}

/** @typedef {{ productId: string, name: string, price: string, stock: string }} CatalogRow */

/** The rows of a catalog; null when its first line does not name the four columns. @param {string} text @returns {CatalogRow[] | null} */
export function parseCatalog(text) {
  const [head = [], ...rows] = parseCsv(text.replace(/^\uFEFF/, ''));
  const columns = ['productId', 'name', 'price', 'stock'].map(name => head.findIndex(cell => cell.trim() === name));
  if (columns.includes(-1)) return null;
  return rows.map(row => {
    const [productId, name, price, stock] = columns.map(column => (row[column] ?? '').trim());
    return { productId, name, price, stock };
  });
}
