//go:build !amd64 || purego

package http1

func best() reader { return bySWAR }

// scanVector is never sure: there are no vectors here.
func scanVector(*byte, int, *Head, bool) (int, bool) { return -1, false }
