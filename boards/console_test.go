package boards

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// tell gives a console's text to a recogniser and returns all that it told.
func tell(text string) (events []Event) {
	var r Recogniser
	for line := range strings.Lines(text) {
		events = append(events, r.Line(line)...)
	}
	return append(events, r.Flush()...)
}

// What boards print when they fail, as the IDF's panic handlers write it.
var crashes = []struct {
	name      string
	text      string
	kind      Kind
	backtrace []string
}{
	{"Xtensa panic", "Guru Meditation Error: Core  0 panic'ed (LoadProhibited). Exception was unhandled.\r\n\r\n" +
		"Core  0 register dump:\r\nPC      : 0x400d1f2c  PS      : 0x00060330  A0      : 0x800d2b46  A1      : 0x3ffb5e10\r\n" +
		"Backtrace: 0x400d1f29:0x3ffb5e10 0x400d2b43:0x3ffb5e30 |<-CORRUPTED\r\n\r\nELF file SHA256: 6b2f1c\r\n\r\nRebooting...\r\n",
		Panic, []string{"0x400d1f29", "0x400d2b43"}},
	{"old backtrace without a blank", "Guru Meditation Error: Core  1 panic'ed (StoreProhibited). Exception was unhandled.\nBacktrace:0x400d1f29:0x3ffb5e10\n",
		Panic, []string{"0x400d1f29"}},
	{"RISC-V panic", "Guru Meditation Error: Core  0 panic'ed (Load access fault). Exception was unhandled.\n\nCore  0 register dump:\n" +
		"MEPC    : 0x42006bc4  RA      : 0x42006bc0  SP      : 0x3fc94f70  GP      : 0x3fc8b400\n\nStack memory:\n3fc94f70: 0x00000000 0x42006bc0\n",
		Panic, []string{"0x42006bc4", "0x42006bc0"}},
	{"RISC-V panic with frames", "Guru Meditation Error: Core  0 panic'ed (Illegal instruction). Exception was unhandled.\n" +
		"MEPC    : 0x42006bc4  RA      : 0x42006bc0  SP      : 0x3fc94f70\nBacktrace: 0x42006bc4:0x3fc94f70 0x42006a00:0x3fc94f90\n",
		Panic, []string{"0x42006bc4", "0x42006a00"}},
	{"abort", "\nabort() was called at PC 0x400d2c11 on core 0\n\n\nBacktrace: 0x40081e91:0x3ffb4d60 0x40086ed5:0x3ffb4d80\n",
		Abort, []string{"0x40081e91", "0x40086ed5"}},
	{"abort without backtrace", "abort() was called at PC 0x400d2c11 on core 0\n", Abort, []string{"0x400d2c11"}},
	{"error check", "ESP_ERROR_CHECK failed: esp_err_t 0x102 (ESP_ERR_INVALID_ARG) at 0x42007a3c\nfile: \"./main/main.c\" line 12\nfunc: app_main\n" +
		"abort() was called at PC 0x40384b2b on core 0\n", Abort, []string{"0x40384b2b"}},
	{"assert", "assert failed: xQueueGenericSend queue.c:832 (pxQueue)\n\nBacktrace: 0x40081e91:0x3ffb4d60\n", Assert, []string{"0x40081e91"}},
	{"assert of newlib", "assertion \"p != NULL\" failed: file \"main.c\", line 3, function: f\nabort() was called at PC 0x400d2c11 on core 0\n",
		Assert, []string{"0x400d2c11"}},
	{"stack overflow", "***ERROR*** A stack overflow in task httpd has been detected.\n\nBacktrace: 0x40081e91:0x3ffb4d60\n", StackOverflow, []string{"0x40081e91"}},
	{"stack canary", "Guru Meditation Error: Core  0 panic'ed (Unhandled debug exception).\nDebug exception reason: Stack canary watchpoint triggered (httpd) \n" +
		"Backtrace: 0x40081e91:0x3ffb4d60\n", StackOverflow, []string{"0x40081e91"}},
	{"RISC-V stack guard", "Guru Meditation Error: Core  0 panic'ed (Stack protection fault).\n\nDetected in task \"httpd\" at 0x42006bc4\n", StackOverflow, nil},
	{"smashed stack", "\nStack smashing protect failure!\n\nabort() was called at PC 0x400d2c11 on core 0\n", StackOverflow, []string{"0x400d2c11"}},
	{"corrupt heap", "CORRUPT HEAP: Bad tail at 0x3ffb7a4c. Expected 0xbaad5678 got 0xbaad5600\nassert failed: multi_heap_free multi_heap_poisoning.c:276 (head != NULL)\n" +
		"Backtrace: 0x40081e91:0x3ffb4d60\n", CorruptHeap, []string{"0x40081e91"}},
	{"brownout", "\nBrownout detector was triggered\n", Brownout, nil},
	{"interrupt watchdog", "Guru Meditation Error: Core  0 panic'ed (Interrupt wdt timeout on CPU0). \nBacktrace: 0x40081e91:0x3ffb4d60\n",
		InterruptWatchdog, []string{"0x40081e91"}},
	{"task watchdog", "\x1b[0;31mE (10318) task_wdt: Task watchdog got triggered. The following tasks/users did not reset the watchdog in time:\x1b[0m\n" +
		"E (10318) task_wdt:  - IDLE0 (CPU 0)\nE (10318) task_wdt: Tasks currently running:\nE (10318) task_wdt: CPU 0: httpd\n" +
		"Backtrace: 0x40081e91:0x3ffb4d60\n", TaskWatchdog, []string{"0x40081e91"}},
	{"abort of the task watchdog", "E (1) task_wdt: Task watchdog got triggered. The following tasks did not reset the watchdog in time:\n" +
		"E (1) task_wdt: Aborting.\n\nabort() was called at PC 0x400d2c11 on core 0\n", TaskWatchdog, []string{"0x400d2c11"}},
}

func TestCrashes(t *testing.T) {
	for _, x := range crashes {
		t.Run(x.name, func(t *testing.T) {
			before := "I (312) main_task: Calling app_main()\n"
			after := "ets Jul 29 2019 12:21:46\n\nrst:0xc (SW_CPU_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\n"
			events := tell(before + x.text + after)
			require.Len(t, events, 2)
			require.Equal(t, x.kind, events[0].Kind)
			require.True(t, events[0].Crash())
			require.Equal(t, x.backtrace, events[0].Backtrace)
			require.NotContains(t, events[0].Text, "\x1b")
			require.Equal(t, events[0].Text, events[0].Lines[0])
			require.Equal(t, Reset, events[1].Kind)
			require.False(t, events[1].Crash())
			require.Equal(t, "software (CPU)", events[1].Reason)

			require.Equal(t, events[:1], tell(x.text)[:1], "a board that stays silent afterwards is understood, too")
		})
	}
}

// Two crashes stay two, and a crash without end stays bounded.
func TestCrashesOneAfterTheOther(t *testing.T) {
	events := tell(crashes[0].text + crashes[4].text + strings.Repeat("3fc94f70: 0x00000000\n", 1000))
	require.Len(t, events, 2)
	require.Equal(t, Panic, events[0].Kind)
	require.Equal(t, Abort, events[1].Kind)
	require.Len(t, events[1].Lines, maxCrashLines)
}

// A watchdog that barks again tells of a crash each time.
func TestTaskWatchdogAgain(t *testing.T) {
	events := tell(strings.Repeat(crashes[len(crashes)-2].text, 3))
	require.Len(t, events, 3)
	for _, e := range events {
		require.Equal(t, TaskWatchdog, e.Kind)
		require.Len(t, e.Lines, 5)
	}
}

// A program that talks of such things has not failed.
func TestOrdinaryLines(t *testing.T) {
	for _, line := range []string{
		"", "I (100) wifi: rst", "I (1) app: no panic", "W (2) httpd_txrx: httpd_sock_err: error in recv : 104",
		"{\"uptime_ms\":1}", "{not JSON", "I (3) heap_init: At 3FFAE6E0 len 00001920 (6 KiB): DRAM", "entry 0x400805e4",
		"I (4) app: I abort the upload", strings.Repeat("x", 5000), "\xff\xfe",
	} {
		require.Empty(t, tell(line+"\n"), line)
	}
}

func TestHeapSamples(t *testing.T) {
	events := tell(`{"uptime_ms":5012,"boot_count":2,"free":211332,"min_free":209104,"largest_block":114688,"total":319076}` + "\r\n")
	require.Len(t, events, 1)
	require.Equal(t, &Heap{5012, 2, 211332, 209104, 114688, 319076}, events[0].Heap)
	require.False(t, events[0].Crash())
	// A board that goes on after its watchdog barked has told all of that.
	events = tell(crashes[len(crashes)-2].text + events[0].Text + "\n")
	require.Equal(t, []Kind{TaskWatchdog, HeapSample}, []Kind{events[0].Kind, events[1].Kind})
}

func TestResetReasons(t *testing.T) {
	for _, x := range []struct{ line, reason string }{
		{"rst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)", "power on"},                       // ESP32
		{"rst:0x10 (RTCWDT_RTC_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)", "watchdog (RTC, whole chip)"}, // ESP32
		{"rst:0xf (RTCWDT_BROWN_OUT_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)", "brownout"},              // ESP32
		{"rst:0xe (EXT_CPU_RESET),boot:0x13", "software (by the other CPU)"},                          // ESP32
		{"rst:0x3 (RTC_SW_SYS_RST),boot:0x8 (SPI_FAST_FLASH_BOOT)", "software"},                       // S2, S3, C3
		{"rst:0x8 (TG1WDT_SYS_RST),boot:0xd (SPI_FAST_FLASH_BOOT)", "watchdog (timer group 1)"},       // C3
		{"rst:0x12 (SUPER_WDT_RST),boot:0x8", "super watchdog"},                                       // S3
		{"rst:0x15 (USB_UART_CHIP_RST),boot:0x8 (SPI_FAST_FLASH_BOOT)", "USB serial port"},            // S3, C3
		{"rst:0x15 (USB_UART_HPSYS),boot:0x1f (SPI_FAST_FLASH_BOOT)", "USB serial port"},              // C6
		{"rst:0x9 (LP_WDT_SYS),boot:0x4c", "watchdog (RTC)"},                                          // C6, C5
		{"rst:0xc (SW_CPU),boot:0x4c (SPI_FAST_FLASH_BOOT)", "software (CPU)"},                        // C6
		{"rst:0x7 (HP_SYS_HP_WDT_RESET),boot:0x30f", "watchdog (timer group 0)"},                      // P4
		{"rst:0x5 (DEEPSLEEP_RESET),boot:0x13", "wake from deep sleep"},                               // ESP32
		{"rst:0x7f (NEW_WDT_KIND),boot:0x1", "watchdog"},
		{"rst:0x7f (SOMETHING),boot:0x1", "unknown"},
		{"rst:0x1", "power on"},
	} {
		events := tell("ESP-ROM:esp32c3-api1-20210207\n" + x.line + "\n")
		require.Len(t, events, 1, x.line)
		require.Equal(t, x.reason, events[0].Reason, x.line)
	}
}

// The addr2line of the toolchain puts names to addresses.
func TestDecode(t *testing.T) {
	for _, program := range []string{"gcc", "addr2line", "nm"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("no %s on this machine", program)
		}
	}
	dir := t.TempDir()
	source, binary := filepath.Join(dir, "fault.c"), filepath.Join(dir, "fault.elf")
	require.NoError(t, os.WriteFile(source, []byte("int innermost(int x)\n{\n    return x + 1;\n}\nint main(void)\n{\n    return innermost(1);\n}\n"), 0o644))
	out, err := exec.Command("gcc", "-g", "-O0", "-no-pie", "-o", binary, source).CombinedOutput()
	require.NoError(t, err, "%s", out)
	symbols, err := exec.Command("nm", binary).Output()
	require.NoError(t, err)
	var address string
	for line := range strings.Lines(string(symbols)) {
		if f := strings.Fields(line); len(f) == 3 && f[2] == "innermost" {
			address = "0x" + f[0]
		}
	}
	frames, err := Decode(binary, []string{address})
	require.NoError(t, err)
	require.Len(t, frames, 1)
	require.Regexp(t, `innermost at .*fault\.c:2$`, frames[0])

	none, err := Decode(binary, nil)
	require.NoError(t, err)
	require.Empty(t, none)
	_, err = Decode(source, []string{address})
	require.ErrorContains(t, err, "give the ELF file of the build")
	t.Setenv("PATH", dir)
	_, err = Decode(binary, []string{address})
	require.ErrorContains(t, err, "there is no addr2line on the PATH")
}
