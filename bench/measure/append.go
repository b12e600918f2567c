package measure

import (
	"errors"
	"os"
)

// appendOnly is a log file of whole lines.
type appendOnly struct {
	f    *os.File
	size *int64 // of the lines that were written whole
}

// createLog makes an empty log, which must not be there yet.
func createLog(name string) (appendOnly, error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o644)
	return appendOnly{f, new(int64)}, err
}

// write appends lines in one system call. What a full disk took of them is
// removed again, so that the next line does not follow half of one.
func (l appendOnly) write(lines []byte) error {
	n, err := l.f.Write(lines)
	if err != nil {
		if n > 0 {
			err = errors.Join(err, l.f.Truncate(*l.size))
		}
		return err
	}
	*l.size += int64(n)
	return nil
}
