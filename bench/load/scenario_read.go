package load

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/BurntSushi/toml"
)

// FindScenario returns a built-in scenario by its name, of that size if it has
// one, or reads the file if the name is that of a TOML file.
func FindScenario(name string, size int64) (*Scenario, error) {
	if !strings.HasSuffix(name, ".toml") {
		return BuiltIn(name, size)
	}
	if size != 0 {
		return nil, fmt.Errorf("read the scenario %s: sizes stand in the file; leave out the other one", name)
	}
	return ReadScenario(name)
}

// ReadScenario reads a TOML file:
//
//	name = "page and data"
//
//	[[request]]
//	weight = 9
//	path = "/hello"
//	expect = { status = 200, content = "Hello World!" }
//
//	[[request]]
//	weight = 1
//	method = "POST"
//	path = "/echo"
//	fields = { Content-Type = "text/plain" }
//	body_size = 512
//	expect = { status = 200, echo = true }
//
// What it does not know is an error, as is a value out of range: the error
// names the line.
func ReadScenario(file string) (*Scenario, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read a scenario: %w", err)
	}
	s, err := parseScenario(string(text), filepath.Dir(file))
	if err != nil {
		return nil, fmt.Errorf("read the scenario %s: %w", file, err)
	}
	if s.Name == "" {
		s.Name = strings.TrimSuffix(filepath.Base(file), ".toml")
	}
	return s, nil
}

func parseScenario(text, dir string) (*Scenario, error) {
	s := &Scenario{}
	meta, err := toml.Decode(text, s)
	if at := (toml.ParseError{}); errors.As(err, &at) {
		return nil, fmt.Errorf("line %d: %s", at.Position.Line, strings.TrimPrefix(at.Message, "toml: "))
	}
	if err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "toml: "))
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		key := unknown[0]
		return nil, fmt.Errorf("line %d: nothing is called %s", keyLine(text, 0, key[len(key)-1]), key)
	}
	for i := range s.Requests {
		if err := s.Requests[i].findFile(dir); err != nil {
			return nil, located(text, &partError{i, "body_file", err})
		}
	}
	if err := s.validate(); err != nil {
		return nil, located(text, err)
	}
	return s, nil
}

// findFile looks for the file with the content, if there is one.
func (p *Part) findFile(dir string) error {
	if p.File == "" {
		return nil
	}
	if !filepath.IsAbs(p.File) {
		p.File = filepath.Join(dir, p.File)
	}
	info, err := os.Stat(p.File)
	if err == nil && info.Size() > mostBody {
		err = fmt.Errorf("%s has %d bytes; give up to %d", p.File, info.Size(), mostBody)
	}
	return err
}

// partError is what is wrong with a request of a scenario.
type partError struct {
	index int
	key   string
	err   error
}

func (e *partError) Error() string {
	return fmt.Sprintf("request %d: %s: %v", e.index+1, e.key, e.err)
}

func (e *partError) Unwrap() error { return e.err }

// located says on which line of the text the wrong request, or the wrong value
// in it, stands.
func located(text string, err error) error {
	at := (*partError)(nil)
	if !errors.As(err, &at) {
		return err
	}
	table := 0
	for i, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(strings.ReplaceAll(line, " ", ""), "[[request]]") {
			if table++; table == at.index+1 {
				return fmt.Errorf("line %d: %w", keyLine(text, i, at.key), err)
			}
		}
	}
	return err
}

// keyLine is the first line from the given one on, counted from 1, that sets a
// key or opens a table of that name; the given one if none does.
func keyLine(text string, from int, key string) int {
	sets := regexp.MustCompile(`(^|[\s{,.\[])["']?` + regexp.QuoteMeta(key) + `["']?\s*[=\].]`)
	lines := strings.Split(text, "\n")
	for i := from; i < len(lines); i++ {
		if i > from && from > 0 && strings.HasPrefix(strings.TrimSpace(lines[i]), "[[") {
			break
		}
		if sets.MatchString(lines[i]) {
			return i + 1
		}
	}
	return from + 1
}

var token = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")

func (s *Scenario) validate() error {
	switch s.Protocol {
	case "":
		s.Protocol = HTTP
	case HTTP, WebSocket, Events:
	default:
		return fmt.Errorf("protocol is %q; give %s, %s or %s", s.Protocol, HTTP, WebSocket, Events)
	}
	switch {
	case len(s.Requests) == 0:
		return errors.New("there is no [[request]] in it")
	case s.Protocol != HTTP && len(s.Requests) > 1:
		return fmt.Errorf("a scenario of %s has one request", s.Protocol)
	case s.Message.Size < 0 || s.Message.Size > mostMessage:
		return fmt.Errorf("messages of %d bytes; give 0 to %d", s.Message.Size, mostMessage)
	case s.Message.Subprotocol != "" && !token.MatchString(s.Message.Subprotocol):
		return fmt.Errorf("%q cannot be a subprotocol", s.Message.Subprotocol)
	}
	for i := range s.Requests {
		if key, err := s.Requests[i].validate(); err != nil {
			return &partError{i, key, err}
		}
	}
	return nil
}

// validate returns what is wrong, and the key under which it stands.
func (p *Part) validate() (key string, err error) {
	x := &p.Expect
	if p.Path != "" && !strings.HasPrefix(p.Path, "/") {
		return "path", fmt.Errorf("%q does not begin with a slash", p.Path)
	}
	switch {
	case p.Weight < 0 || p.Weight > mostWeight:
		return "weight", fmt.Errorf("%d; give 1 to %d", p.Weight, mostWeight)
	case p.Method != "" && !token.MatchString(p.Method):
		return "method", fmt.Errorf("%q is not a method", p.Method)
	case p.Method == http.MethodConnect:
		return "method", errors.New("CONNECT makes a tunnel, which has no responses")
	case p.Size < 0 || p.Size > mostBody:
		return "body_size", fmt.Errorf("%d bytes; give up to %d", p.Size, mostBody)
	case given(p.Body != "", p.Size > 0, p.File != "") > 1:
		return "body", errors.New("give one of body, body_file and body_size")
	case x.Status != 0 && (x.Status < 200 || x.Status > 599):
		return "status", fmt.Errorf("%d; give 200 to 599, or none for any below 400", x.Status)
	case x.Length != nil && *x.Length < 0 || x.Pattern != nil && (*x.Pattern < 0 || *x.Pattern > mostPattern):
		return "expect", fmt.Errorf("a length out of range; give 0 to %d", mostPattern)
	case given(x.Echo, x.Pattern != nil, x.Content != "", x.Length != nil) > 1:
		return "expect", errors.New("give one of length, content, pattern and echo")
	}
	_, err = x.compile(nil)
	return "crc32c", err
}

func given(all ...bool) (n int) {
	for _, one := range all {
		if one {
			n++
		}
	}
	return n
}
