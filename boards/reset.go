package boards

import "strings"

// resetReasons are the codes that the ROM of each chip prints as rst:0xN. The
// chips that have a code agree on what it means.
var resetReasons = map[int]string{
	0x01: "power on",
	0x03: "software",
	0x04: "watchdog (legacy)",
	0x05: "wake from deep sleep",
	0x06: "SDIO",
	0x07: "watchdog (timer group 0)",
	0x08: "watchdog (timer group 1)",
	0x09: "watchdog (RTC)",
	0x0a: "intrusion",
	0x0b: "watchdog (timer group, CPU)",
	0x0c: "software (CPU)",
	0x0d: "watchdog (RTC, CPU)",
	0x0e: "software (by the other CPU)",
	0x0f: "brownout",
	0x10: "watchdog (RTC, whole chip)",
	0x11: "watchdog (timer group 1, CPU)",
	0x12: "super watchdog",
	0x13: "clock glitch",
	0x14: "eFuse error",
	0x15: "USB serial port",
	0x16: "USB JTAG",
	0x17: "power glitch",
	0x18: "JTAG",
	0x1a: "CPU lockup",
}

// ResetReason says what caused a reset, from the code that the ROM printed and
// the name beside it, which may be missing.
func ResetReason(code int, name string) string {
	if reason, ok := resetReasons[code]; ok {
		return reason
	}
	// A chip that came later: its names follow those before.
	for _, x := range []struct{ part, reason string }{
		{"WDT", "watchdog"}, {"BROWN", "brownout"}, {"BOD", "brownout"}, {"POWERON", "power on"}, {"SLEEP", "wake from deep sleep"},
		{"USB", "USB"}, {"JTAG", "JTAG"}, {"GLITCH", "glitch"}, {"LOCKUP", "CPU lockup"}, {"EFUSE", "eFuse error"}, {"SW", "software"},
	} {
		if strings.Contains(strings.ToUpper(name), x.part) {
			return x.reason
		}
	}
	return "unknown"
}
