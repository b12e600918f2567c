package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// usage is what a process group has used.
type usage struct {
	cpu time.Duration
	rss int64 // bytes, now
}

// tick is the unit of /proc/PID/stat's times (USER_HZ, the same on every
// architecture that Go runs on).
const tick = 10 * time.Millisecond

// usageOf adds up the processes of a group: nginx and its like are several.
func usageOf(group int) (u usage, err error) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return u, err
	}
	found := false
	for _, name := range stats {
		b, err := os.ReadFile(name)
		if err != nil {
			continue // it ended meanwhile
		}
		g, one, err := parseStat(string(b))
		if err != nil {
			return u, fmt.Errorf("read %s: %w", name, err)
		}
		if g == group {
			found = true
			u.cpu += one.cpu
			u.rss += one.rss
		}
	}
	if !found {
		return u, fmt.Errorf("look up process group %d: it has no process", group)
	}
	return u, nil
}

// parseStat reads the process group, the CPU time and the resident pages from a
// line of /proc/PID/stat. The second field is a name in parentheses and may
// hold anything.
func parseStat(line string) (group int, u usage, err error) {
	fields := strings.Fields(line[strings.LastIndexByte(line, ')')+1:])
	if len(fields) < 22 {
		return 0, u, fmt.Errorf("only %d fields after the name", len(fields))
	}
	number := func(i int) (n int64) { // field i as proc(5) counts them
		if err == nil {
			n, err = strconv.ParseInt(fields[i-3], 10, 64)
		}
		return n
	}
	group = int(number(5))
	u.cpu = time.Duration(number(14)+number(15)) * tick
	u.rss = number(24) * int64(os.Getpagesize())
	return group, u, err
}

// busy is how long the cores have been doing anything since the machine started.
func busy(cores ...int) (total time.Duration) {
	b, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	for line := range strings.SplitSeq(string(b), "\n") {
		fields := strings.Fields(line)
		for _, core := range cores {
			if len(fields) > 8 && fields[0] == "cpu"+strconv.Itoa(core) {
				for _, i := range []int{1, 2, 3, 6, 7, 8} { // user, nice, system, irq, softirq, steal
					n, _ := strconv.ParseInt(fields[i], 10, 64)
					total += time.Duration(n) * tick
				}
			}
		}
	}
	return total
}

// serverUsage is usageOf for a server that may have died: then the load's
// errors tell.
func serverUsage(group int) usage {
	u, _ := usageOf(group)
	return u
}

// ownCPU is what this process has used.
func ownCPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
