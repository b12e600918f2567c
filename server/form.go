package server

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"mime"
	"mime/multipart"
	"strings"
)

// BasicAuth returns the user and the password of the request's Authorization field (RFC 7617).
func (r *Request) BasicAuth() (user, password string, ok bool) {
	scheme, credentials, _ := bytes.Cut(r.Field("Authorization"), []byte(" "))
	if !strings.EqualFold(string(scheme), "Basic") {
		return "", "", false
	}
	plain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(credentials)))
	if err != nil {
		return "", "", false
	}
	return strings.Cut(string(plain), ":")
}

// DemandAuth answers 401 and names the realm, so that a browser asks its user.
func (r *Request) DemandAuth(realm string) error {
	if err := r.SetField("WWW-Authenticate", fmt.Sprintf("Basic realm=%q, charset=\"UTF-8\"", realm)); err != nil {
		return err
	}
	return r.Fail(401)
}

// Multipart returns a reader of the parts of a multipart/form-data content, as they come.
func (r *Request) Multipart() (*multipart.Reader, error) {
	mediaType, params, err := mime.ParseMediaType(string(r.Field("Content-Type")))
	if err != nil {
		return nil, fmt.Errorf("read the parts: %w", err)
	}
	if !strings.HasPrefix(mediaType, "multipart/") || params["boundary"] == "" {
		return nil, fmt.Errorf("read the parts: the content is %q: %w", mediaType, ErrInvalid)
	}
	return multipart.NewReader(r, params["boundary"]), nil
}
