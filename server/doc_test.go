package server

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// original holds the names of the original's contract, one a line.
const original = "testdata/esp_http_server.txt"

// The mapping table has a row for every name of the original, and every Go name in it exists.
func TestMappingTable(t *testing.T) {
	source, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	rows, table := make(map[string]string), false
	for line := range strings.Lines(string(source)) {
		row := strings.Fields(strings.TrimPrefix(line, "//\t"))
		table = table || strings.HasPrefix(line, "// # The original")
		if table && strings.HasPrefix(line, "//\t") && len(row) >= 2 {
			rows[row[0]] = strings.Join(row[1:], " ")
		}
	}
	names, err := os.ReadFile(original)
	require.NoError(t, err)
	for name := range strings.FieldsSeq(string(names)) {
		require.NotEmpty(t, rows[name], "doc.go has no row for %s", name)
	}
	exported := exportedNames(t)
	goName := regexp.MustCompile(`\b([A-Za-z]\w*\.)?[A-Z][A-Za-z]*[a-z]\w*(\.[A-Z]\w*)?`)
	foreign := regexp.MustCompile(`^(os|tls|http1|crypto|errors|net)\.`)
	prose := map[string]bool{"Go": true, "The": true, "Content": true, "Length": true, "Allow": true, "Cookie": true, "WebSocket": true}
	for original, row := range rows {
		for _, name := range goName.FindAllString(row, -1) {
			if !foreign.MatchString(name) && !prose[name] {
				require.True(t, exported[name], "the row of %s names %s, which does not exist", original, name)
			}
		}
	}
}

// exportedNames returns the package's exported names: T, T.Method, T.Field, Func, Const.
func exportedNames(t *testing.T) map[string]bool {
	names := make(map[string]bool)
	files, err := parser.ParseDir(token.NewFileSet(), ".", nil, 0)
	require.NoError(t, err)
	for _, file := range files["server"].Files {
		for _, decl := range file.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				names[receiver(d)+d.Name.Name] = true
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					addSpec(names, spec)
				}
			}
		}
	}
	return names
}

func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	typ := d.Recv.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	return typ.(*ast.Ident).Name + "."
}

func addSpec(names map[string]bool, spec ast.Spec) {
	switch s := spec.(type) {
	case *ast.ValueSpec:
		for _, n := range s.Names {
			names[n.Name] = true
		}
	case *ast.TypeSpec:
		names[s.Name.Name] = true
		if fields, ok := s.Type.(*ast.StructType); ok {
			for _, field := range fields.Fields.List {
				for _, n := range field.Names {
					names[s.Name.Name+"."+n.Name] = true
				}
			}
		}
	}
}
