// Asks the query and shows the answer as a table.
const form = document.querySelector("form");
const status = document.querySelector("[role=status]");
const table = document.querySelector("table");

function cell(kind, text) {
    const made = document.createElement(kind);
    made.textContent = text === null || text === undefined ? "" : typeof text === "object" ? JSON.stringify(text) : String(text);
    if (typeof text === "number") made.className = "right";
    return made;
}

function line(kind, values) {
    const row = document.createElement("tr");
    row.append(...values.map((value) => cell(kind, value)));
    return row;
}

form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const query = form.elements.query.value;
    history.replaceState(null, "", `/sql?q=${encodeURIComponent(query)}`);
    status.textContent = "…";
    table.replaceChildren();
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch("/api/query", { method: "POST", headers, body: JSON.stringify({ query }) });
    const said = await answer.json();
    if (!answer.ok) {
        status.textContent = [said.title, said.hint].filter(Boolean).join("; ");
        return;
    }
    const rows = Array.isArray(said) ? said : said.rows;
    const names = rows.length ? Object.keys(rows[0]) : [];
    status.textContent = rows.length === 1 ? "1 row" : `${rows.length} rows`;
    if (names.length) table.append(line("th", names), ...rows.map((row) => line("td", names.map((name) => row[name]))));
});

document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
