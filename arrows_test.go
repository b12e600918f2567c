package main

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/httpdlab/httpdlab/"

// arrows says which packages of ours a package and those below it may import,
// itself and those below it apart. main may import all, so it is not here.
var arrows = map[string][]string{
	"server/http1":     {},
	"server/websocket": {},
	"server":           {},
	"conformance":      {},
	"bench/measure":    {},
	"bench":            {"server/http1", "server/websocket"},
	"reports":          {"bench/measure", "conformance/check"},
	"boards":           {"server"},
}

// standardOnly lists the packages that a firmware twin or a user of the
// library takes along: they bring no module.
var standardOnly = []string{"server"}

// pure lists the packages that know bytes only, so that a chip, a pipe, a
// fuzzer and an event loop drive the same code.
var pure = []string{"server/http1", "server/websocket"}

// within reports whether pkg is dir or below it.
func within(pkg, dir string) bool { return pkg == dir || strings.HasPrefix(pkg, dir+"/") }

// room returns the key of arrows that holds pkg most closely, "" if none does.
func room(pkg string) (found string) {
	for dir := range arrows {
		if within(pkg, dir) && len(dir) > len(found) {
			found = dir
		}
	}
	return found
}

func allowed(pkg, imported string) bool {
	from := room(pkg)
	if from == "" || within(imported, from) {
		return true
	}
	for _, dir := range arrows[from] {
		if within(imported, dir) {
			return true
		}
	}
	return false
}

// imports calls visit for each import of each package, test files apart.
func imports(t *testing.T, visit func(pkg, imported string)) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}}{{range .Imports}} {{.}}{{end}}`, "./...").Output()
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	require.Greater(t, len(lines), 3, "go list found no packages")
	for _, line := range lines {
		names := strings.Fields(line)
		for _, imported := range names[1:] {
			visit(strings.TrimPrefix(names[0], module), imported)
		}
	}
}

// Arrows point one way.
func TestArrows(t *testing.T) {
	imports(t, func(pkg, imported string) {
		if ours, ok := strings.CutPrefix(imported, module); ok && !allowed(pkg, ours) {
			t.Errorf("%s must not import %s", pkg, ours)
		}
	})
}

func TestServerNeedsTheStandardLibraryOnly(t *testing.T) {
	imports(t, func(pkg, imported string) {
		for _, dir := range standardOnly {
			first, _, _ := strings.Cut(imported, "/")
			if within(pkg, dir) && strings.Contains(first, ".") && !strings.HasPrefix(imported, module) {
				t.Errorf("%s must not import %s", pkg, imported)
			}
		}
	})
}

func TestProtocolCodeIsPure(t *testing.T) {
	imports(t, func(pkg, imported string) {
		for _, dir := range pure {
			if !within(pkg, dir) {
				continue
			}
			switch imported {
			case "net", "net/http", "time", "os", "fmt", "syscall", "io":
				t.Errorf("%s must not import %s", pkg, imported)
			}
		}
	})
}
