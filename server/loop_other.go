//go:build !linux

package server

import (
	"errors"
	"fmt"
	"syscall"
)

func (s *Server) startLoops() error {
	return fmt.Errorf("start the server: the epoll engine: %w", errors.ErrUnsupported)
}

func (s *Server) listenControl(bool) func(string, string, syscall.RawConn) error {
	if s.cfg.Interface == "" {
		return nil
	}
	return func(string, string, syscall.RawConn) error {
		return fmt.Errorf("bind to interface %s: %w", s.cfg.Interface, errors.ErrUnsupported)
	}
}
