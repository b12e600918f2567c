package load

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// undisturbed repeats what depends on time until the machine lets it be true.
func undisturbed(t *testing.T, f func(t require.TestingT)) {
	t.Helper()
	require.EventuallyWithT(t, func(c *assert.CollectT) { f(c) }, 30*time.Second, time.Millisecond)
}
