package main

import (
	"os/exec"
	"regexp"
	"runtime"
	"runtime/debug"
)

func goVersion() string { return runtime.Version() }

func epollVersion() string    { return "epoll, 1 loop" }
func portableVersion() string { return "over net.Conn" }

// moduleVersion is the version of a module that this program was built with.
func moduleVersion(path string) func() string {
	return func() string {
		info, ok := debug.ReadBuildInfo()
		if !ok {
			return ""
		}
		for _, m := range info.Deps {
			if m.Path == path {
				return m.Version
			}
		}
		return ""
	}
}

var number = regexp.MustCompile(`\d+(\.\d+)+`)

// says is the first version number in what a program prints.
func says(program string, args ...string) func() string {
	return func() string {
		out, _ := exec.Command(program, args...).CombinedOutput() // some end with an error even so
		return number.FindString(string(out))
	}
}
