package server

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The wildcard table follows the rules that the original documents for httpd_uri_match_wildcard.
func TestMatchWildcard(t *testing.T) {
	for _, c := range []struct {
		template, path string
		want           bool
	}{
		{"/", "/", true}, {"/", "/x", false}, {"/path", "/path", true}, {"/path", "/pat", false}, {"/path", "/path/", false},
		{"/path/*", "/path/", true}, {"/path/*", "/path/a/b", true}, {"/path/*", "/path", false},
		{"/path*", "/path", true}, {"/path*", "/pathology", true}, {"/*", "/", true}, {"/*", "/x", true},
		{"/path/?", "/path", true}, {"/path/?", "/path/", true}, {"/path/?", "/path/x", false}, {"/path/?", "/pathx", false},
		{"/path/?*", "/path", true}, {"/path/?*", "/path/", true}, {"/path/?*", "/path/a", true}, {"/path/?*", "/pathx", false},
		{"/path/*?", "/path", true}, {"/path/*?", "/path/a", true}, {"/path/*?", "/pathx", false},
		{"/a*b", "/a*b", true}, {"/a*b", "/axb", false}, {"/{x}", "/{x}", true}, {"/{x}", "/y", false},
		{"*", "*", true}, {"*", "/", false}, {"?", "/", false}, {"?*", "/", false}, {"/Path", "/path", false},
	} {
		require.Equal(t, c.want, MatchWildcard(c.template, []byte(c.path)), "%s against %s", c.template, c.path)
	}
	require.True(t, MatchExact("/a*", []byte("/a*")))
	require.False(t, MatchExact("/a*", []byte("/ab")))
}

func TestTemplateNames(t *testing.T) {
	for _, c := range []struct {
		template, path string
		values         []string
	}{
		{"/{a}", "/x", []string{"x"}}, {"/{a}", "/", nil}, {"/{a}", "/x/", nil},
		{"/{a}/{b}", "/x/y", []string{"x", "y"}}, {"/v/{a}/w", "/v/1/w", []string{"1"}}, {"/v/{a}/w", "/v/1/ww", nil},
		{"/v/{a}/*", "/v/1/2/3", []string{"1"}}, {"/v/{a}/?", "/v/1", []string{"1"}}, {"/v/{a}/?", "/v/1/", []string{"1"}},
	} {
		parsed, err := parseTemplate(c.template, true)
		require.NoError(t, err)
		var params [maxParams]span
		ok := parsed.match([]byte(c.path), &params)
		require.Equal(t, c.values != nil, ok, "%s against %s", c.template, c.path)
		for i, want := range c.values {
			require.Equal(t, want, c.path[params[i].start:params[i].end])
		}
	}
	for _, wrong := range []string{"/a{b}", "/{b}c", "/{", "/{}", "/{a}{b}", "/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}", "?"} {
		_, err := parseTemplate(wrong, true)
		require.Error(t, err, wrong)
	}
}

// With the original's matcher an earlier wildcard hides later handlers, and registering them says so.
func TestCustomMatch(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		cfg.Match = MatchWildcard
		s := start(t, cfg, get("/a/*", says("wild")), get("/b/c", says("exact")), get("/b/*", says("wild b")))
		require.ErrorIs(t, s.Handle("GET", "/a/b", says("hidden")), ErrHandlerExists)
		require.NoError(t, s.Handle("POST", "/a/b", says("another method")))
		p := dial(t, s)
		for path, want := range map[string]string{"/a/b": "wild", "/b/c": "exact", "/b/d": "wild b"} {
			p.send("GET " + path + "?q HTTP/1.1\r\nHost: h\r\n\r\n")
			_, body := p.wantStatus(path, 200)
			require.Equal(t, want, body)
		}
	})
}

func TestForm(t *testing.T) {
	for _, c := range []struct{ form, name, value string }{
		{"a=1&b=2", "b", "2"}, {"a&b=1", "b", "1"}, {"a", "a", ""}, {"a=%41+%zz%4", "a", "A %zz%4"}, {"%61=x", "a", "x"},
		{"a=1&a=2", "a", "1"}, {"&&a=1", "a", "1"}, {"a==", "a", "="}, {"A=1&a=2", "a", "2"},
	} {
		value, ok := FormValue([]byte(c.form), c.name)
		require.True(t, ok, c.form)
		require.Equal(t, c.value, string(value), c.form)
	}
	for _, form := range []string{"", "&", "b=1", "ab=1"} {
		_, ok := FormValue([]byte(form), "a")
		require.False(t, ok, form)
	}
}

func TestCookies(t *testing.T) {
	for line, want := range map[string]string{
		"id=7": "7", "a=1;id=7": "7", "a=1; id=7; b=2": "7", `id="7"`: "7", "id=a=b": "a=b", "id=": "", " id = 7 ": "7",
	} {
		value := cookieIn([]byte(line), "id")
		require.NotNil(t, value, line)
		require.Equal(t, want, string(value), line)
	}
	for _, line := range []string{"", "idd=7", "ID=7", "a=id=7", "id"} {
		require.Nil(t, cookieIn([]byte(line), "id"), line)
	}
}

// Every wrong field is named at once.
func TestValidateNamesAll(t *testing.T) {
	cfg := DefaultConfig()
	require.NoError(t, cfg.Validate())
	cfg.Addr, cfg.Loops, cfg.MaxTarget, cfg.MaxHeader, cfg.IdleTimeout, cfg.MaxBody = "nowhere", 0, 70000, 10, -1, -1
	_, err := New(cfg)
	for _, field := range []string{"Addr", "Loops", "MaxTarget", "MaxHeader", "IdleTimeout", "MaxBody"} {
		require.ErrorContains(t, err, "Config."+field)
	}
	require.NotContains(t, err.Error(), "MaxFields")
}
