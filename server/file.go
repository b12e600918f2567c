package server

import (
	"fmt"
	"io"
	"os"
)

// SendFile sends the response with n bytes of f from offset on as its content; n below 0 is the rest of f. On the
// epoll engine the kernel moves them (sendfile(2)).
func (r *Request) SendFile(f *os.File, offset, n int64) error {
	if r.stage != stageHead {
		return ErrSent
	}
	if n < 0 {
		info, err := f.Stat()
		if err != nil {
			return fmt.Errorf("send file: %w", err)
		}
		n = max(info.Size()-offset, 0)
	}
	if r.sendsByCopy(n) {
		return r.copyFile(f, offset, n)
	}
	r.writeWholeHead(n)
	if r.coding == codingNone {
		return r.broken
	}
	r.emit(EventSentData, int(n))
	if err := r.Block(); err != nil { // a disk may take its time
		return r.breakOff(err)
	}
	if err := r.flush(nil); err != nil {
		return err
	}
	for n > 0 {
		r.session.link.bound(true, after(r.server.cfg.SendTimeout))
		sent, err := r.session.link.sendFile(f, offset, n)
		if err == ErrWouldBlock {
			err = r.pause(after(r.server.cfg.SendTimeout))
		}
		if err != nil {
			return r.breakOff(fmt.Errorf("send file: %w", err))
		}
		offset, n = offset+sent, n-sent
	}
	return nil
}

// sendsByCopy reports whether reading the file and sending what was read is better, or the only way.
func (r *Request) sendsByCopy(n int64) bool { return n <= largeWrite || r.session.overridden() }

func (r *Request) copyFile(f *os.File, offset, n int64) error {
	if n > largeWrite {
		if err := r.Block(); err != nil {
			return err
		}
	}
	if err := r.SetLength(n); err != nil {
		return err
	}
	buf := takeBuffer(int(min(n, largeWrite)))
	defer giveBuffer(buf)
	if _, err := io.CopyBuffer(struct{ io.Writer }{r}, io.NewSectionReader(f, offset, n), buf[:cap(buf):cap(buf)]); err != nil {
		return fmt.Errorf("send file: %w", err)
	}
	if r.stage == stageHead { // no content at all
		r.startStream()
	}
	return r.endContent()
}
