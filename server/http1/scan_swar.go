package http1

func scanSWAR(b []byte, h *Head, s *scan) int { return 0 }
