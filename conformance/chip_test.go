package conformance

import (
	"context"
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/conformance/check"
	"github.com/httpdlab/httpdlab/conformance/mutant"
)

// Each pattern of what a chip is spared is one, and stands for some case; what
// a server without permessage-deflate has to keep is not spared.
func TestSpared(t *testing.T) {
	cases, err := Cases()
	require.NoError(t, err)
	spare(cases)
	spared := map[string]string{}
	for _, s := range cases {
		spared[s.ID()] = s.Spared
	}
	for _, u := range unfit {
		for pattern := range strings.FieldsSeq(u.patterns) {
			_, err := path.Match(pattern, "")
			require.NoError(t, err)
			found := false
			for _, s := range cases {
				for _, name := range append(strings.Fields(s.Case.Alias), s.ID()) {
					found = found || matchesAny(pattern, name)
				}
			}
			require.True(t, found, pattern)
		}
	}
	for id, wanted := range map[string]bool{
		"rfc6455/10.4/text-of-16-mib": true, "rfc6455/8.1/valid-text-cut-at-every-octet": true, "rfc7692/7.2.1/every-length": true,
		"rfc7692/5.1/nothing-offered": false, "rfc7692/6/rsv1-without-agreement": false, "rfc9112/3.2/missing-host": false,
	} {
		why, known := spared[id]
		require.True(t, known, id)
		require.Equal(t, wanted, why != "", id)
	}
}

// Only a chip is spared.
func TestSparedOnAChipOnly(t *testing.T) {
	cases, err := Cases("rfc9112/3.2/missing-host")
	require.NoError(t, err)
	cases[0].Spared = "not made for a chip"
	url := start(t, mutant.Fault{}).URL
	for _, chip := range []bool{false, true} {
		cfg := check.Config{URL: url}
		if chip {
			cfg = cfg.MCU()
		}
		target, err := check.Open(context.Background(), cfg)
		require.NoError(t, err)
		runner := check.Runner{Target: target, Jobs: 1}
		result := runner.Run(context.Background(), cases).Cases[0]
		require.Equal(t, chip, result.Verdict == check.Skip, result.Reason)
	}
}
