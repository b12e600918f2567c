package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

// heading says when, where and how it was measured.
func (p *plan) heading() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Measured on %s: %s, %d cores, Linux %s, %s, by `%s`.\n",
		time.Now().UTC().Format("2006-01-02 15:04 UTC"), processor(), runtime.NumCPU(), kernel(), runtime.Version(), commandLine())
	where := fmt.Sprintf("the server on core %d, the load on core %d", p.serverCore, p.loadCore)
	if p.serverCore == p.loadCore {
		where = fmt.Sprintf("the server and the load share core %d, so rates are those of both together", p.serverCore)
	}
	fmt.Fprintf(&b, "Loopback, %s; %d alternating rounds of %g s.\n", where, p.rounds, p.seconds)
	return b.String()
}

// commandLine is how to do it again.
func commandLine() string {
	words := []string{"go run ."}
	for _, w := range os.Args[1:] {
		if strings.Contains(w, " ") {
			w = "'" + w + "'"
		}
		words = append(words, w)
	}
	return strings.Join(words, " ")
}

func kernel() string {
	b, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(b))
}

// processor is the model's name, as far as the kernel tells it.
func processor() string {
	b, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for line := range strings.SplitSeq(string(b), "\n") {
		name, value, _ := strings.Cut(line, ":")
		if strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}
