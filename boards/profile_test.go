package boards

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Every embedded profile is whole.
func TestProfiles(t *testing.T) {
	require.Subset(t, Names(), []string{"host", "esp32", "esp32s2", "esp32s3", "esp32c3", "esp32c5", "esp32c6", "esp32p4", "esp32-twin"})
	for _, name := range Names() {
		p, err := Load(name)
		require.NoError(t, err)
		require.Equal(t, name, p.Name)
		require.Equal(t, name == "host" || strings.HasSuffix(name, "-twin"), p.Simulated, name)
		if name == "host" {
			continue
		}
		require.Equal(t, Limits{7, 3, 1024, 512}, p.Limits, name)
		require.Positive(t, p.Chip.SRAM, name)
		require.Equal(t, []int{1, 2, 3, 4, 5, 6, 7, 8}, p.Plan.Connections, name)
		require.Less(t, p.Plan.Duration, 3*time.Minute, "a run is not too long to be made")
		if !p.Simulated {
			require.Equal(t, name, p.Chip.Target)
			require.Equal(t, 115200, p.Serial.Baud)
		}
	}
}

func TestLoadUnknown(t *testing.T) {
	for _, name := range []string{"esp99", "", "../profile"} {
		_, err := Load(name)
		require.ErrorIs(t, err, ErrUnknown, name)
		require.ErrorContains(t, err, "there are: esp32, esp32-twin, esp32c3", "a wrong name is answered with the right ones")
	}
}

func TestParseNamesEveryWrongField(t *testing.T) {
	_, err := parse("mine", "start = true\npath = 'hello'\n[plan]\nconnections = [0]\nrate_share = 1.5\n")
	for _, rule := range []string{"title", "path", "connections", "rate_share", "simulated"} {
		require.ErrorContains(t, err, rule)
	}
	_, err = parse("mine", "twin = {}\n[plan]\nconnections = [2, 1]\n[link]\nkind = 'string'\n[serial]\nbaud = -1\n")
	for _, rule := range []string{"a twin is simulated", "ascend", "link.kind", "serial.baud", "largest_share", "a twin needs limits"} {
		require.ErrorContains(t, err, rule)
	}
	_, err = parse("mine", "probes = ['smoke']")
	require.ErrorContains(t, err, `probe "smoke" is none of heap, info, serial`)
	_, err = parse("mine", "titel = 'x'")
	require.ErrorContains(t, err, "unknown key titel")
	_, err = parse("mine", "title = ")
	require.ErrorContains(t, err, `board "mine"`)
}

// One's own board is a file.
func TestLoadFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.toml")
	_, err := Load(file)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, os.WriteFile(file, []byte("title = 'mine'\npath = '/'\n[plan]\nconnections = [1]\nrate_share = 0.5\n"), 0o644))
	p, err := Load(file)
	require.NoError(t, err)
	require.Equal(t, "mine", p.Name)
	again, err := Load(p.Ref)
	require.NoError(t, err)
	require.Equal(t, p, again)
	require.NoError(t, os.WriteFile(file, []byte("title = 'mine'\n"), 0o644))
	_, err = Load(file)
	require.ErrorContains(t, err, file, "the message names the file")
}

func TestList(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, List(&b))
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	require.Len(t, lines, 1+len(Names()))
	require.Regexp(t, `^esp32 +ESP32, ESP-IDF esp_http_server +real +2 +240 +520 +166 +75 / 65 +7 +1024 +512$`, lines[1])
	require.Regexp(t, `^esp32-twin .* simulated `, lines[2])
	require.Regexp(t, `^host .* simulated +- +- +- +- +- +- +- +-$`, lines[len(lines)-1])
}
