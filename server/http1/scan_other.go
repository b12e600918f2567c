//go:build !amd64 || purego

package http1

func best() reader { return bySWAR }

func (h *Head) scan(b []byte, s *scan) int {
	if chosen == byBytes {
		return 0
	}
	return scanSWAR(b, h, s)
}
