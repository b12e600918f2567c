package bench

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// ownWait is for how long threads of this process were ready to run and had no
// core, summed over the threads that there are. Only Linux tells; it is 0 elsewhere.
func ownWait() (sum time.Duration) {
	files, _ := filepath.Glob("/proc/self/task/*/schedstat")
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			continue // the thread has ended
		}
		// Nanoseconds on a core, nanoseconds waiting for one, and time slices.
		if f := bytes.Fields(b); len(f) == 3 {
			ns, _ := strconv.ParseInt(string(f[1]), 10, 64)
			sum += time.Duration(ns)
		}
	}
	return sum
}
