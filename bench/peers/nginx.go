package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// nginx sends /bytes with sendfile. Its stock modules cannot echo a body.
func nginx(dir string, port int) ([]string, error) {
	program, err := installed("nginx")
	if err != nil {
		return nil, err
	}
	user := ""
	if os.Getuid() == 0 {
		user = "user root;" // the folder is ours alone
	}
	config := fmt.Sprintf(`%s
daemon off; worker_processes 1; pid %[2]s/nginx.pid; error_log %[2]s/nginx.log;
events { worker_connections 4096; }
http {
	access_log off; sendfile on; tcp_nodelay on;
	keepalive_timeout 1h; keepalive_requests 1000000000;
	client_body_temp_path %[2]s; proxy_temp_path %[2]s; fastcgi_temp_path %[2]s; uwsgi_temp_path %[2]s; scgi_temp_path %[2]s;
	server {
		listen 127.0.0.1:%[3]d backlog=4096;
		default_type application/octet-stream;
		location = /plaintext { default_type text/plain; return 200 "%[4]s"; }
		location = /bytes { root %[2]s; open_file_cache max=10; }
	}
}
`, user, dir, port, helloWorld)
	file := filepath.Join(dir, "nginx.conf")
	if err := writeFiles(dir, map[string]string{"nginx.conf": config, "bytes": string(alphabet(1 << 20))}); err != nil {
		return nil, err
	}
	return []string{program, "-c", file, "-p", dir, "-e", filepath.Join(dir, "nginx.log")}, nil
}

func writeFiles(dir string, files map[string]string) error {
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			return err
		}
	}
	return nil
}
