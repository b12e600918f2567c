package bench

import (
	"bufio"
	"net"
	"net/netip"
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// environment describes this machine, as seen by a load on the target's address.
func environment(o *Options, target net.Addr) measure.Environment {
	return measure.Environment{
		OS: runtime.GOOS, Arch: runtime.GOARCH, Go: runtime.Version(),
		Kernel: kernel(), CPU: cpuModel(), Cores: runtime.GOMAXPROCS(0),
		Tool: tool(o.Tool), Command: o.Command, Local: isLocal(target),
	}
}

// kernel is the release of a Linux kernel, "" elsewhere.
func kernel() string {
	b, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

// cpuModel is the first core's name on Linux, "" elsewhere.
func cpuModel() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), ":")
		switch strings.TrimSpace(name) {
		case "model name", "Model", "Hardware":
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// tool is the version given, or what the Go toolchain stamped into the binary.
func tool(version string) string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	revision, dirty := info.Main.Version, ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "+changes"
		}
	}
	return revision + dirty
}

// isLocal reports whether the address is one of this machine's.
func isLocal(a net.Addr) bool {
	target, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return false
	}
	ip := target.Addr().Unmap().WithZone("")
	if ip.IsLoopback() {
		return true
	}
	own, err := net.InterfaceAddrs()
	if err != nil {
		return false
	}
	for _, o := range own {
		if p, err := netip.ParsePrefix(o.String()); err == nil && p.Addr().Unmap() == ip {
			return true
		}
	}
	return false
}
