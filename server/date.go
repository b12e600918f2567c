package server

import (
	"sync/atomic"
	"time"
)

// A dateLine is the Date field of all responses made within one second.
type dateLine struct {
	second int64
	line   []byte // "Date: …\r\n"
}

const dateFormat = "Date: Mon, 02 Jan 2006 15:04:05 GMT\r\n" // RFC 9110, 5.6.7: IMF-fixdate

var currentDate atomic.Pointer[dateLine]

// dateAt returns the Date field line for now, formatted at most once a second.
func dateAt(now time.Time) []byte {
	second := now.Unix()
	if d := currentDate.Load(); d != nil && d.second == second {
		return d.line
	}
	d := &dateLine{second: second, line: now.UTC().AppendFormat(nil, dateFormat)}
	currentDate.Store(d)
	return d.line
}

func dateNow() []byte { return dateAt(time.Now()) }
