package mutant

// every is a response that has each field the linter knows, by the grammar.
func every(*Request) *Response {
	return &Response{Status: 200, Body: "fields\n", Fields: [][2]string{
		{"Cache-Control", `no-cache="set-cookie", private="x-a, x-b", max-age=60, s-maxage=10, must-revalidate`},
		{"Set-Cookie", "a=1; Path=/; Expires=Sun, 06 Nov 1994 08:49:37 GMT; HttpOnly"},
		{"Set-Cookie", `b="2"; Secure`},
		{"Cross-Origin-Embedder-Policy", `require-corp; report-to="x"`},
		{"Cross-Origin-Opener-Policy", "same-origin"},
		{"Cross-Origin-Resource-Policy", "same-site"},
		{"Content-Security-Policy", "default-src 'self'; img-src https: data:"},
		{"Content-Security-Policy-Report-Only", "default-src 'none'; report-uri /csp"},
		{"Permissions-Policy", `camera=(), geolocation=(self "https://a.example"), fullscreen=*`},
		{"X-Content-Type-Options", "nosniff"},
		{"X-Frame-Options", "DENY"},
		{"Access-Control-Allow-Origin", "https://a.example"},
		{"Access-Control-Allow-Credentials", "true"},
		{"Access-Control-Expose-Headers", "X-A, X-B"},
		{"Access-Control-Max-Age", "600"},
		{"Access-Control-Allow-Methods", "GET, PATCH"},
		{"Access-Control-Allow-Headers", "Content-Type"},
		{"Age", "0"},
		{"Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT"},
		{"Proxy-Authorization", "Basic eDp5"},
		{"Location", "/fields?x=%41"},
		{"Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"},
		{"Expires", "Sun, 06 Nov 1994 08:49:37 GMT"},
		{"Content-Range", "bytes 0-6/7"},
		{"Content-Language", "de-AT, en"},
		{"Content-Encoding", "x-none"},
		{"Accept-Ranges", "none"},
		{"Accept-Encoding", "gzip;q=0.5, *;q=0"},
		{"Accept-Patch", "text/plain;charset=utf-8, application/json"},
		{"Allow", "GET, HEAD, PATCH"},
		{"ETag", `W/"e"`},
	}}
}
