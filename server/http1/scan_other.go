//go:build !amd64 || purego

package http1

func best() reader { return bySWAR }

// scanVector is never sure: there are no vectors here.
func scanVector(*byte, int, *Head, *scan) int { return -1 }
