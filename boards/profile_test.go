package boards

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Every embedded profile is whole.
func TestProfiles(t *testing.T) {
	require.Subset(t, Names(), []string{"esp32", "host"})
	for _, name := range Names() {
		p, err := Load(name)
		require.NoError(t, err)
		require.Equal(t, name, p.Name)
	}
}

func TestLoadUnknown(t *testing.T) {
	for _, name := range []string{"esp99", "", "../profile", "host.toml"} {
		_, err := Load(name)
		require.ErrorIs(t, err, ErrUnknown, name)
		require.ErrorContains(t, err, "there are: esp32, host", "a wrong name is answered with the right ones")
	}
}

func TestParseNamesEveryWrongField(t *testing.T) {
	_, err := parse("mine", "start = true\npath = 'hello'\n[plan]\nconnections = [0]\nrate_share = 1.5\n")
	for _, rule := range []string{"title", "path", "connections", "rate_share", "simulated"} {
		require.ErrorContains(t, err, rule)
	}
	_, err = parse("mine", "titel = 'x'")
	require.ErrorContains(t, err, "unknown key titel")
	_, err = parse("mine", "title = ")
	require.ErrorContains(t, err, `board "mine"`)
}
