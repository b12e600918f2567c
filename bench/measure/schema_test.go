package measure

import (
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write run.schema.json anew")

// comments are what the source says of fields, by "Type.Field".
func comments(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	all := map[string]string{}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		require.NoError(t, err)
		ast.Inspect(f, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			if s, ok := spec.Type.(*ast.StructType); ok {
				for _, field := range s.Fields.List {
					for _, id := range field.Names {
						all[spec.Name.Name+"."+id.Name] = strings.TrimSpace(field.Comment.Text() + field.Doc.Text())
					}
				}
			}
			return true
		})
	}
	return all
}

// cameLater are fields that every new run has and the first ones had not.
var cameLater = map[string]bool{"Phase.TimeoutMS": true, "Phase.ClientWait": true}

// schemer turns Go types into JSON Schema, structs into definitions.
type schemer struct {
	comments    map[string]string
	definitions map[string]any
}

func (s *schemer) of(t reflect.Type) map[string]any {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return map[string]any{"type": "string", "format": "date-time"}
	case t == reflect.TypeFor[json.RawMessage]():
		return map[string]any{}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.of(t.Elem())
	case reflect.Struct:
		s.define(t)
		return map[string]any{"$ref": "#/$defs/" + t.Name()}
	case reflect.Slice:
		return map[string]any{"type": []string{"array", "null"}, "items": s.of(t.Elem())}
	case reflect.Map:
		return map[string]any{"type": []string{"object", "null"}, "additionalProperties": s.of(t.Elem())}
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Float64:
		return map[string]any{"type": "number"}
	}
	return map[string]any{"type": "integer"}
}

// define makes the definition of a struct. A field that may be absent is one
// with omitempty, or one that came later; an unknown field is one of a later
// version, and no error.
func (s *schemer) define(t reflect.Type) {
	if _, done := s.definitions[t.Name()]; done {
		return
	}
	s.definitions[t.Name()] = nil
	properties, required := map[string]any{}, []string{}
	for f := range t.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" || !f.IsExported() {
			continue
		}
		p := s.of(f.Type)
		if c := s.comments[t.Name()+"."+f.Name]; c != "" {
			p["description"] = strings.Join(strings.Fields(c), " ")
		}
		properties[name] = p
		if !strings.Contains(options, "omitempty") && !cameLater[t.Name()+"."+f.Name] {
			required = append(required, name)
		}
	}
	s.definitions[t.Name()] = map[string]any{"type": "object", "properties": properties, "required": required}
}

// schema is the JSON Schema of run.json.
func schema(t *testing.T) []byte {
	s := schemer{comments(t), map[string]any{}}
	root := s.of(reflect.TypeFor[Run]())
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = fmt.Sprintf("%s of httpdlab, schema %d", RunFile, Schema)
	root["$defs"] = s.definitions
	b, err := json.MarshalIndent(root, "", " ")
	require.NoError(t, err)
	return append(b, '\n')
}

// The published schema is that of the types; -update writes it anew.
func TestSchemaIsPublished(t *testing.T) {
	const published = "run.schema.json"
	if *update {
		require.NoError(t, os.WriteFile(published, schema(t), 0o644))
	}
	b, err := os.ReadFile(published)
	require.NoError(t, err)
	require.Equal(t, string(schema(t)), string(b), "run the test with -update, and raise Schema if a field went away or means something else")
}

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(string(schema(t))))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	require.NoError(t, c.AddResource("run.schema.json", document))
	s, err := c.Compile("run.schema.json")
	require.NoError(t, err)
	return s
}

// Every run that was ever kept satisfies the schema, and is still read.
func TestOldRuns(t *testing.T) {
	s := compiled(t)
	files, err := filepath.Glob("testdata/runs/*/" + RunFile)
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, name := range files {
		b, err := os.ReadFile(name)
		require.NoError(t, err)
		run, err := Load(filepath.Dir(name))
		require.NoError(t, err, name)
		require.NotEmpty(t, run.Phases, name)
		document, err := jsonschema.UnmarshalJSON(strings.NewReader(string(b)))
		require.NoError(t, err)
		require.NoError(t, s.Validate(document), name)
	}
}

// What Save writes satisfies the schema, and what it never writes does not.
func TestSchemaJudges(t *testing.T) {
	s := compiled(t)
	finished := time.Unix(1_790_000_000, 0).UTC()
	r := &Run{
		Schema: Schema, Started: finished, Finished: &finished, Target: Target{Info: json.RawMessage(`{"chip":"ESP32"}`)},
		Phases: []Phase{{Name: "a", Errors: map[string]int64{"connect/refused": 3}, Memory: &Memory{Source: "heap"}}}, Leak: &Leak{Verdict: NoLeak}, Search: &Search{Knee: &Knee{}},
	}
	dir := t.TempDir()
	require.NoError(t, r.Save(dir))
	b, err := os.ReadFile(filepath.Join(dir, RunFile))
	require.NoError(t, err)
	for content, good := range map[string]bool{
		string(b): true,
		strings.Replace(string(b), `"name": "a"`, `"name": 1`, 1):                           false,
		strings.Replace(string(b), `"connect/refused": 3`, `"connect/refused": "three"`, 1): false,
		strings.Replace(string(b), `"phases": [`, `"later": 1, "phases": [`, 1):             true,
		strings.Replace(string(b), `"started": "`, `"started": "not `, 1):                   false,
		`{"schema": 1}`: false,
	} {
		document, err := jsonschema.UnmarshalJSON(strings.NewReader(content))
		require.NoError(t, err)
		if good {
			require.NoError(t, s.Validate(document))
		} else {
			require.Error(t, s.Validate(document), content)
		}
	}
}
