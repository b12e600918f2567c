package rfc7692_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/conformance/rfc7692"
)

// Each row of the catalogue about compression is looked at, and each case of Autobahn's chapters 12 and 13 is one case.
func TestCatalogue(t *testing.T) {
	count := map[string]int{}
	for _, c := range rfc7692.Suite.Cases {
		for _, alias := range strings.Fields(c.Alias) {
			count[alias]++
		}
	}
	for _, row := range []int{0, 1, 2, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25} {
		alias := fmt.Sprintf("PM-%02d", row)
		assert.Positive(t, count[alias], alias)
		delete(count, alias)
	}
	for chapter, sets := range map[int]int{12: 5, 13: 7} {
		for set := range sets {
			for load := range 18 {
				alias := fmt.Sprintf("autobahn/%d.%d.%d", chapter, set+1, load+1)
				assert.Equal(t, 1, count[alias], alias)
				delete(count, alias)
			}
		}
	}
	require.Empty(t, count, "aliases that no catalogue has")
}
