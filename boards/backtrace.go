package boards

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// Decode turns the addresses of a backtrace into "function at file:line", one
// each and those inlined there behind it, by the addr2line of the toolchain
// that the ELF file was built with.
func Decode(elfFile string, backtrace []string) ([]string, error) {
	if len(backtrace) == 0 {
		return nil, nil
	}
	program, err := addr2line(elfFile)
	if err != nil {
		return nil, fmt.Errorf("decode a backtrace: %w", err)
	}
	cmd := exec.Command(program, append([]string{"-p", "-f", "-i", "-a", "-C", "-e", elfFile}, backtrace...)...)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("decode a backtrace: %s: %w: %s", program, err, strings.TrimSpace(said.String()))
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n"), nil
}

// addr2line finds the program for the machine that the ELF file is for.
func addr2line(elfFile string) (string, error) {
	f, err := elf.Open(elfFile)
	if err != nil {
		return "", fmt.Errorf("read %s: %w; give the ELF file of the build, e.g. build/httpdlab.elf", elfFile, err)
	}
	defer f.Close()
	names := addr2lineNames(f.Machine)
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil || errors.Is(err, exec.ErrDot) {
			return path, nil
		}
	}
	return "", fmt.Errorf("there is no %s on the PATH: run the IDF's export script first", strings.Join(names, " and no "))
}

// addr2lineNames are the programs that read code of that machine. Each Xtensa
// chip has its own, which read the others' line tables as well.
func addr2lineNames(m elf.Machine) []string {
	switch m {
	case elf.EM_XTENSA:
		return []string{"xtensa-esp-elf-addr2line", "xtensa-esp32-elf-addr2line", "xtensa-esp32s2-elf-addr2line", "xtensa-esp32s3-elf-addr2line"}
	case elf.EM_RISCV:
		return []string{"riscv32-esp-elf-addr2line"}
	}
	return []string{"addr2line"}
}
