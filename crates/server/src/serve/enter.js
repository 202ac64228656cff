// Brings the token from the address, where no one but this page sees it, and goes on with a cookie.
const token = location.hash.slice(1);
if (token) {
    history.replaceState(null, "", "/enter");
    const brought = await fetch("/session", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ token }),
    });
    if (brought.ok) location.replace("/");
}
