package load

import "errors"

func newPlainSocket(WebSocketConfig) (Engine, error) { return nil, errors.ErrUnsupported }
