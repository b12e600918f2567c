package bench

import (
	"bufio"
	"net"
	"net/netip"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// environment describes this machine, as seen by a load on the target's address.
func environment(o *Options, target net.Addr) measure.Environment {
	return measure.Environment{
		OS: runtime.GOOS, Arch: runtime.GOARCH, Go: runtime.Version(),
		Kernel: system("/proc/sys/kernel/osrelease"), CPU: cpuModel(), Cores: runtime.GOMAXPROCS(0),
		Governor: system("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"), Boost: boost(), Load: loadAverage(),
		Tool: tool(o.Tool), Commit: commit(), Command: o.Command, Local: isLocal(target), NIC: nic(target),
	}
}

// system is what Linux tells in a file of one line, "" elsewhere.
func system(name string) string {
	b, err := os.ReadFile(name)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

// boost says whether cores may run above their base frequency: drivers of Intel
// tell the opposite of what the others do.
func boost() string {
	switch system("/sys/devices/system/cpu/intel_pstate/no_turbo") + "/" + system("/sys/devices/system/cpu/cpufreq/boost") {
	case "0/", "0/1", "/1":
		return "on"
	case "1/", "1/0", "/0":
		return "off"
	}
	return ""
}

// loadAverage is that of the last minute.
func loadAverage() float64 {
	first, _, _ := strings.Cut(system("/proc/loadavg"), " ")
	v, _ := strconv.ParseFloat(first, 64)
	return v
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
	if c := commit(); c != "" {
		return c
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Main.Version
	}
	return ""
}

// commit is the revision that the Go toolchain stamped into the binary, "" if
// it did not.
func commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	revision, dirty := "", ""
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
	return ip.IsLoopback() || interfaceOf(ip) != nil
}

// interfaceOf is the interface that has the address, nil if none has.
func interfaceOf(ip netip.Addr) *net.Interface {
	all, err := net.Interfaces()
	if err != nil {
		return nil
	}
	for i := range all {
		own, err := all[i].Addrs()
		if err != nil {
			continue
		}
		for _, o := range own {
			if p, err := netip.ParsePrefix(o.String()); err == nil && p.Addr().Unmap() == ip {
				return &all[i]
			}
		}
	}
	return nil
}

// nic describes the interface by which this machine reaches the target, nil if
// that is not known.
func nic(target net.Addr) *measure.NIC {
	c, err := net.Dial("udp", target.String()) // sends nothing, and chooses the way
	if err != nil {
		return nil
	}
	defer c.Close()
	own, err := netip.ParseAddrPort(c.LocalAddr().String())
	if err != nil {
		return nil
	}
	i := interfaceOf(own.Addr().Unmap().WithZone(""))
	if i == nil {
		return nil
	}
	n := &measure.NIC{Name: i.Name, MTU: i.MTU}
	at := "/sys/class/net/" + i.Name
	if driver, err := os.Readlink(at + "/device/driver"); err == nil {
		n.Driver = driver[strings.LastIndexByte(driver, '/')+1:]
	}
	n.Mbits = max(0, number(system(at+"/speed")))
	_, err = os.Stat(at + "/wireless")
	n.Wireless = err == nil
	return n
}

func number(text string) int {
	n, _ := strconv.Atoi(text)
	return n
}
