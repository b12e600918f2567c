package rfc9110

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/httpdlab/httpdlab/conformance/check"
)

// Section 2.2 forbids a sender what does not match the grammar of the field. Each field has its grammar elsewhere, in
// RFC 9110 or in a document of its own, and Cite says where. Fields that a server never sends are skipped.
var grammar = []Case{
	lint("no-cache-argument", "CISPA-response_directive_no_cache", "RFC 9111, 5.2.2.4",
		"The fields that no-cache names SHOULD be a quoted string, not a token.", directive("no-cache", quotedArgument)),
	lint("private-argument", "CISPA-response_directive_private", "RFC 9111, 5.2.2.7",
		"The fields that private names SHOULD be a quoted string, not a token.", directive("private", quotedArgument)),
	lint("max-age-argument", "CISPA-response_directive_max_age", "RFC 9111, 5.2.2.1",
		"The seconds of max-age MUST be a token, not a quoted string.", directive("max-age", digits)),
	lint("s-maxage-argument", "CISPA-response_directive_s_maxage", "RFC 9111, 5.2.2.10",
		"The seconds of s-maxage MUST be a token, not a quoted string.", directive("s-maxage", digits)),
	lint("cookie-grammar", "CISPA-cookie_grammar", "RFC 6265, 4.1.1",
		// MUST in the catalogue; RFC 6265 says SHOULD NOT.
		"A Set-Cookie field SHOULD follow the grammar: name=value of cookie octets, then attributes.", field("Set-Cookie", cookieGrammar)),
	lint("cookie-attribute-twice", "CISPA-duplicate_cookie_attribute", "RFC 6265, 4.1.1",
		"A cookie SHOULD NOT have two attributes of the same name.", field("Set-Cookie", distinctAttributes)),
	lint("cookie-twice", "CISPA-duplicate_cookies", "RFC 6265, 4.1.1",
		"A response SHOULD NOT set the same cookie twice.", distinctCookies),
	lint("cookie-date", "CISPA-cookie_IMF_fixdate", "RFC 6265, 4.1.1",
		"A cookie's Expires SHOULD be a date in the fixed format, with four digits of year.", cookieDates),
	lint("cross-origin-embedder-policy", "CISPA-coep_grammar", "HTML, 7.1.4",
		"Cross-Origin-Embedder-Policy MUST be one of its three values.", fieldGrammar("Cross-Origin-Embedder-Policy", `(?:unsafe-none|require-corp|credentialless)<params>`)),
	lint("cross-origin-resource-policy", "CISPA-corp_grammar", "Fetch, 3.7",
		"Cross-Origin-Resource-Policy MUST be same-origin, same-site or cross-origin.", fieldGrammar("Cross-Origin-Resource-Policy", `same-origin|same-site|cross-origin`)),
	lint("content-security-policy", "CISPA-csp_grammar", "CSP Level 3, 3.1",
		"Content-Security-Policy MUST be directives, each a name and values, with semicolons between.", field("Content-Security-Policy", policy)),
	lint("content-security-policy-report-only", "CISPA-csp_ro_grammar", "CSP Level 3, 3.2",
		"Content-Security-Policy-Report-Only MUST be directives, each a name and values, with semicolons between.", field("Content-Security-Policy-Report-Only", policy)),
	lint("permissions-policy", "CISPA-permissions_policy_grammar", "Permissions Policy, 5.2",
		"Permissions-Policy MUST be a structured dictionary of features and their allowlists.", field("Permissions-Policy", permissions)),
	lint("x-content-type-options", "CISPA-xcto_grammar", "Fetch, 3.6",
		"X-Content-Type-Options MUST be nosniff.", fieldGrammar("X-Content-Type-Options", `(?i:nosniff)`)),
	lint("strict-transport-security", "CISPA-sts_grammar", "RFC 6797, 6.1",
		"Strict-Transport-Security MUST be directives with semicolons between.", fieldGrammar("Strict-Transport-Security", `<directive>?(?:<ows>;<ows><directive>?)*`)),
	lint("x-frame-options", "CISPA-xfo_grammar", "HTML, 7.7",
		"X-Frame-Options MUST be DENY or SAMEORIGIN.", fieldGrammar("X-Frame-Options", `(?i:deny|sameorigin)`)),
	lint("cross-origin-opener-policy", "CISPA-coop_grammar", "HTML, 7.1.3",
		"Cross-Origin-Opener-Policy MUST be one of its values.", fieldGrammar("Cross-Origin-Opener-Policy", `(?:unsafe-none|same-origin|same-origin-allow-popups|noopener-allow-popups)<params>`)),
	lint("access-control-allow-origin", "CISPA-access_control_allow_origin_grammar", "Fetch, 3.3.4",
		"Access-Control-Allow-Origin MUST be *, null or one origin.", fieldGrammar("Access-Control-Allow-Origin", `\*|null|[a-z][a-z0-9+.-]*://[^\s/,]+`)),
	lint("access-control-allow-credentials", "CISPA-access_control_allow_credentials_grammar", "Fetch, 3.3.4",
		"Access-Control-Allow-Credentials MUST be true.", fieldGrammar("Access-Control-Allow-Credentials", `true`)),
	lint("access-control-expose-headers", "CISPA-access_control_expose_headers_grammar", "Fetch, 3.3.4",
		"Access-Control-Expose-Headers MUST be a list of field names.", field("Access-Control-Expose-Headers", tokens)),
	lint("access-control-max-age", "CISPA-access_control_max_age_grammar", "Fetch, 3.3.4",
		"Access-Control-Max-Age MUST be a number of seconds.", field("Access-Control-Max-Age", digits)),
	lint("access-control-allow-methods", "CISPA-access_control_allow_methods_grammar", "Fetch, 3.3.4",
		"Access-Control-Allow-Methods MUST be a list of methods.", field("Access-Control-Allow-Methods", tokens)),
	lint("access-control-allow-headers", "CISPA-access_control_allow_headers_grammar", "Fetch, 3.3.4",
		"Access-Control-Allow-Headers MUST be a list of field names.", field("Access-Control-Allow-Headers", tokens)),
	lint("age", "CISPA-age_grammar", "RFC 9111, 5.1",
		"Age MUST be a number of seconds.", field("Age", digits)),
	lint("cache-control", "CISPA-cache_control_grammar", "RFC 9111, 5.2",
		"Cache-Control MUST be a list of directives, each a token with an optional argument.", field("Cache-Control", check.List(`<token>(?:=(?:<token>|<quoted>))?`))),
	lint("retry-after", "CISPA-retry_after_grammar", "RFC 9110, 10.2.3",
		"Retry-After MUST be a date or a number of seconds.", field("Retry-After", func(v string) bool { return digits(v) || fixdate(v) })),
	lint("proxy-authorization", "CISPA-proxy_authorization_grammar", "RFC 9110, 11.7.2",
		"Proxy-Authorization MUST be credentials: a scheme and its parameters.", fieldGrammar("Proxy-Authorization", `<token>(?: +[^\x00-\x1f\x7f]+)?`)),
	lint("location", "CISPA-location_header_grammar", "RFC 9110, 10.2.2",
		"Location MUST be a URI reference.", field("Location", uriReference)),
	lint("last-modified", "CISPA-last_modified_grammar", "RFC 9110, 8.8.2",
		"Last-Modified MUST be a date in the fixed format.", field("Last-Modified", fixdate)),
	lint("expires", "CISPA-expires_grammar", "RFC 9111, 5.3",
		"Expires MUST be a date in the fixed format.", field("Expires", fixdate)),
	lint("content-range", "CISPA-range_grammar", "RFC 9110, 14.4",
		"Content-Range MUST be a unit with a range, a length or a star.", fieldGrammar("Content-Range", `<token> (?:\d+-\d+/(?:\d+|\*)|\*/\d+)`)),
	lint("content-language", "CISPA-content_language_grammar", "RFC 9110, 8.5",
		"Content-Language MUST be a list of language tags.", field("Content-Language", check.List(`[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*`))),
	lint("content-encoding", "CISPA-content_encoding_grammar", "RFC 9110, 8.4",
		"Content-Encoding MUST be a list of codings.", field("Content-Encoding", check.TokenList)),
	lint("connection", "CISPA-connection_grammar", "RFC 9110, 7.6.1",
		"Connection MUST be a list of options.", field("Connection", check.TokenList)),
	lint("accept-ranges", "CISPA-accept_ranges_grammar", "RFC 9110, 14.3",
		"Accept-Ranges MUST be a list of range units, or none.", field("Accept-Ranges", check.TokenList)),
	lint("accept-encoding", "CISPA-accept_encoding_grammar", "RFC 9110, 12.5.3",
		"Accept-Encoding in a response MUST be a list of codings with optional weights.", field("Accept-Encoding", weighted(`(?:<token>|\*)`))),
	lint("accept-patch", "CISPA-accept_patch_grammar", "RFC 5789, 3.1",
		"Accept-Patch MUST be a list of media types.", field("Accept-Patch", check.List(mediaType))),
	lint("content-security-policy-twice", "CISPA-duplicate_csp", "CSP Level 3, 3.1",
		"A response SHOULD NOT have more than one Content-Security-Policy.", single("Content-Security-Policy")),
	lint("content-security-policy-report-only-twice", "CISPA-duplicate_csp_ro", "CSP Level 3, 3.2",
		"A response SHOULD NOT have more than one Content-Security-Policy-Report-Only.", single("Content-Security-Policy-Report-Only")),
	lint("strict-transport-security-directive-twice", "CISPA-sts_directives_only_allowed_once", "RFC 6797, 6.1",
		"A directive of Strict-Transport-Security MUST NOT appear twice.", field("Strict-Transport-Security", distinctDirectives)),
	lint("strict-transport-security-twice", "CISPA-only_one_sts_header_allowed", "RFC 6797, 7.1",
		"A response MUST NOT have more than one Strict-Transport-Security.", single("Strict-Transport-Security")),
	lint("strict-transport-security-max-age", "CISPA-sts_max_age", "RFC 6797, 6.1.1",
		"Strict-Transport-Security MUST have max-age.", field("Strict-Transport-Security", check.Grammar(`(?i)(?:.*;)?<ows>max-age<ows>=<ows>"?[0-9]+"?<ows>(?:;.*)?`))),
	lint("strict-transport-security-without-tls", "CISPA-sts_header_http", "RFC 6797, 7.2",
		"A response that did not travel over TLS MUST NOT have Strict-Transport-Security.", func(r *Response) error {
			return without(r, "Strict-Transport-Security")
		}),
	{
		Section: "2.2", Name: "upgrade-insecure-requests", Alias: "CISPA-redirect_after_upgrade_insecure_requests", Cite: "Upgrade Insecure Requests, 3.2.1",
		// The catalogue asks for a redirect. Only a server that has TLS owes one, which a plain connection cannot tell.
		Rule:   "A server that is asked to upgrade SHOULD redirect to https if it has it, and serves the request if not.",
		Script: Script{send(getHead + "Upgrade-Insecure-Requests: 1\r\n\r\n"), servedOrUpgraded},
	},
	{
		Section: "2.2", Name: "upgrade-insecure-requests-and-sts", Alias: "CISPA-STS_header_after_upgrade_insecure_requests", Cite: "Upgrade Insecure Requests, 3.2.1",
		// The catalogue asks for the field in this response. It belongs into the one over TLS; here RFC 6797 forbids it.
		Rule:   "The promise of strict transport SHOULD come over TLS: the plain answer to an upgrade request does not have it.",
		Script: Script{send(getHead + "Upgrade-Insecure-Requests: 1\r\n\r\n"), noTransportPromise},
	},
	lint("choices-have-location", "CISPA-code_300_location", "RFC 9110, 15.4.1",
		"A 300 response with a preferred choice SHOULD name it in Location.", whenStatus(300, with("Location"))),
	lint("choices-have-content", "CISPA-code_300_metadata", "RFC 9110, 15.4.1",
		"A 300 response SHOULD list the choices in its content.", whenStatus(300, hasContent)),
	lint("too-large-for-now", "CISPA-code_413_retry_after", "RFC 9110, 15.5.14",
		// The catalogue asks for the field in every 413. Only a temporary refusal owes one; a lasting one has none.
		"A 413 that is temporary SHOULD say with a date or seconds in Retry-After when to come again.", whenStatus(413, func(r *Response) error {
			return check.FieldFits(r, "Retry-After", func(v string) bool { return digits(v) || fixdate(v) })
		})),
	lint("unsupported-media-type-says-what-is", "CISPA-code_415_unsupported_media_type", "RFC 9110, 15.5.16",
		"A 415 response SHOULD say in Accept or Accept-Encoding what is supported.", whenStatus(415, either("Accept", "Accept-Encoding"))),
	lint("proxy-challenge", "CISPA-code_407_proxy_authenticate", "RFC 9110, 15.5.8",
		"A 407 response MUST have Proxy-Authenticate.", whenStatus(407, with("Proxy-Authenticate"))),
	lint("accept-patch-present", "CISPA-accept_patch_presence", "RFC 5789, 3.1",
		"Where Allow has PATCH the answer to OPTIONS SHOULD have Accept-Patch.", func(r *Response) error {
			if r.Method != "OPTIONS" || !r.Has("Allow", "PATCH") {
				return na
			}
			return with("Accept-Patch")(r)
		}),
}

// lint makes a case of section 2.2 that only reads.
func lint(name, alias, cite, rule string, judge func(*Response) error) Case {
	return Case{Section: "2.2", Name: name, Alias: alias, Cite: cite, Rule: rule, Lint: judge}
}

const mediaType = `<token>/<token>(?:<ows>;<ows>(?:<token>=(?:<token>|<quoted>))?)*`

var (
	digits         = check.Grammar(`[0-9]+`)
	tokens         = check.Grammar(`(?:<token>|)(?:<ows>,<ows>(?:<token>|))*`)
	quotedArgument = check.Grammar(`<quoted>`)
	policyPart     = `[ \t]*(?:[A-Za-z0-9-]+(?:[ \t][\x20\x09\x21-\x2b\x2d-\x3a\x3c-\x7e]*)?)?[ \t]*`
	policy         = check.Grammar(policyPart + `(?:[;,]` + policyPart + `)*`)
	allowlist      = `(?:\*|self|src|"[\x20\x21\x23-\x7e]*")`
	permissions    = check.List(`[a-z*][a-z0-9_.*-]*(?:=(?:` + allowlist + `|\( *(?:` + allowlist + `(?: +` + allowlist + `)*)? *\))` + sfParams + `)?`)
	cookieGrammar  = check.Grammar(`<token>=(?:[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*|"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*")(?:; [^\x00-\x1f\x7f;]+)*`)
	uriReference   = regexp.MustCompile(`^(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+$`).MatchString
)

// Parameters of a structured field item (RFC 8941, 3.1.2), as far as these fields use them.
const sfParams = `(?:; *[a-z*][a-z0-9_.*-]*(?:=(?:"[\x20\x21\x23-\x7e]*"|[A-Za-z0-9?*._/:-]+))?)*`

// weighted is a list whose elements may have a quality value (RFC 9110, 12.4.2).
func weighted(element string) func(string) bool {
	return check.List(element + `(?:<ows>;<ows>[qQ]=(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?`)
}

// fieldGrammar judges a field by an expression; <params> and <directive> are spelt out too.
func fieldGrammar(name, expr string) func(*Response) error {
	expr = strings.NewReplacer("<params>", sfParams, "<directive>", `(?:<token>(?:<ows>=<ows>(?:<token>|<quoted>))?)`).Replace(expr)
	return field(name, check.Grammar(expr))
}

// field makes a lint that asks each value of a field to fit.
func field(name string, fits func(string) bool) func(*Response) error {
	return func(r *Response) error { return check.FieldFits(r, name, fits) }
}

// directive judges the argument of one Cache-Control directive.
func directive(name string, fits func(string) bool) func(*Response) error {
	argument := regexp.MustCompile(`(?i)(?:^|,)[ \t]*` + name + `=("(?:[^"\\]|\\.)*"|[^, \t]*)`)
	return func(r *Response) error {
		m := argument.FindStringSubmatch(r.Get("Cache-Control"))
		if m == nil {
			return na
		}
		if !fits(m[1]) {
			return wrong("the right form of "+name+"'s argument", fmt.Sprintf("Cache-Control: %s", r.Get("Cache-Control")))
		}
		return nil
	}
}

// distinctDirectives asks the parts between semicolons to have different names.
func distinctDirectives(value string) bool {
	seen := map[string]bool{}
	for _, part := range strings.Split(value, ";") {
		name, _, _ := strings.Cut(strings.TrimSpace(part), "=")
		name = strings.ToLower(strings.TrimSpace(name))
		if name != "" && seen[name] {
			return false
		}
		seen[name] = true
	}
	return true
}

// distinctAttributes is distinctDirectives for what follows the pair of a cookie.
func distinctAttributes(cookie string) bool {
	_, attributes, _ := strings.Cut(cookie, ";")
	return distinctDirectives(attributes)
}

func distinctCookies(r *Response) error {
	seen := map[string]bool{}
	for _, v := range r.Values("Set-Cookie") {
		name, _, _ := strings.Cut(v, "=")
		if seen[name] {
			return wrong("each cookie once", "two cookies called "+name)
		}
		seen[name] = true
	}
	if len(seen) == 0 {
		return na
	}
	return nil
}

func cookieDates(r *Response) error {
	err := na
	for _, v := range r.Values("Set-Cookie") {
		for _, part := range strings.Split(v, ";")[1:] {
			name, date, _ := strings.Cut(strings.TrimSpace(part), "=")
			if !strings.EqualFold(name, "Expires") {
				continue
			}
			if err = nil; !fixdate(date) {
				return wrong("a date like Sun, 06 Nov 1994 08:49:37 GMT", date)
			}
		}
	}
	return err
}

// single asks for at most one line of a field.
func single(name string) func(*Response) error {
	return func(r *Response) error {
		switch n := len(r.Values(name)); n {
		case 0:
			return na
		case 1:
			return nil
		default:
			return wrong("one "+name, fmt.Sprintf("%d of them", n))
		}
	}
}

// without asks a response not to have a field.
func without(r *Response, name string) error {
	if values := r.Values(name); len(values) > 0 {
		return wrong("no "+name, name+": "+values[0])
	}
	return nil
}

// with asks a response to have a field.
func with(name string) func(*Response) error { return either(name, name) }

// either asks a response to have one of two fields.
func either(one, other string) func(*Response) error {
	return func(r *Response) error {
		if len(r.Values(one))+len(r.Values(other)) == 0 {
			return wrong("the field "+one, "none in "+r.Line())
		}
		return nil
	}
}

// whenStatus judges responses of one status only.
func whenStatus(code int, judge func(*Response) error) func(*Response) error {
	return func(r *Response) error {
		if r.Status != code {
			return na
		}
		return judge(r)
	}
}

func hasContent(r *Response) error {
	if r.Method == "HEAD" {
		return na
	}
	if len(r.Body) == 0 {
		return wrong("content", "none")
	}
	return nil
}

func servedOrUpgraded(c *Conn) error {
	r, err := c.Final()
	if err != nil {
		return err
	}
	upgraded := r.Status/100 == 3 && strings.HasPrefix(r.Get("Location"), "https:")
	if r.Status/100 != 2 && !upgraded {
		return wrong("a 2xx response or a redirect to https", r.Line()+" "+r.Get("Location"))
	}
	return nil
}

func noTransportPromise(c *Conn) error {
	r, err := c.Final()
	if err != nil {
		return err
	}
	return without(r, "Strict-Transport-Security")
}
