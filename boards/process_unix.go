//go:build unix

package boards

import (
	"os/exec"
	"syscall"
)

// detach puts the server in a process group of its own: a Ctrl-C in our
// terminal is for us, and must not end the target before we have stopped.
func detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}
