package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// h2o serves both resources as files. Without a script it cannot echo a body.
func h2o(dir string, port int) ([]string, error) {
	program, err := installed("h2o")
	if err != nil {
		return nil, err
	}
	user := ""
	if os.Getuid() == 0 {
		user = "user: root" // the folder is ours alone
	}
	config := fmt.Sprintf(`%s
num-threads: 1
max-connections: 4096
http1-request-timeout: 3600
listen: {host: 127.0.0.1, port: %d}
hosts:
  default:
    paths:
      /plaintext: {file.file: %[3]s/plaintext, file.mime.setdefaulttype: text/plain, file.etag: OFF}
      /bytes: {file.file: %[3]s/bytes}
`, user, port, dir)
	err = writeFiles(dir, map[string]string{"h2o.conf": config, "plaintext": helloWorld, "bytes": string(alphabet(1 << 20))})
	return []string{program, "-m", "worker", "-c", filepath.Join(dir, "h2o.conf")}, err
}
