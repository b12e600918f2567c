package conformance

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/conformance/check"
	"github.com/httpdlab/httpdlab/server"
)

// daemon is a server that Debian packages, with static files and, behind it for what files cannot do, our own server,
// in which the checker finds nothing: every deviation is the daemon's.
type daemon struct {
	name    string
	version string   // the argument that tells it
	command []string // what serves in the foreground
	config  string   // of {dir}, {port}, {back} and, if we are root, {user …}
	paths   map[string]string
}

var daemons = []daemon{
	{
		name: "nginx", version: "-v", command: []string{"nginx", "-c", "{dir}/config", "-p", "{dir}", "-e", "{dir}/log"},
		paths: map[string]string{"large": "/large", "redirect": "/redirect"},
		config: `
daemon off; master_process off; worker_processes 1; error_log {dir}/log; pid {dir}/pid;
events { worker_connections 512; }
http {
	access_log off; default_type text/plain; gzip on; gzip_types text/plain; gzip_min_length 10;
	client_body_temp_path {dir}/body; proxy_temp_path {dir}/proxy; fastcgi_temp_path {dir}/f; uwsgi_temp_path {dir}/u; scgi_temp_path {dir}/s;
	server {
		listen 127.0.0.1:{port}; root {dir}/www;
		location = /echo { proxy_pass http://{back}; proxy_http_version 1.1; }
		location = /empty { return 204; }
		location = /redirect { return 302 /file; }
		location = /large { try_files /bytes =404; gzip off; }
	}
}
`,
	},
	{
		name: "h2o", version: "-v", command: []string{"h2o", "-m", "worker", "-c", "{dir}/config"},
		paths: map[string]string{"large": "/bytes", "redirect": "/redirect"},
		config: `
{user user: root}
num-threads: 1
listen: {host: 127.0.0.1, port: {port}}
hosts:
  default:
    paths:
      /: {file.dir: {dir}/www, file.mime.setdefaulttype: text/plain}
      /echo: {proxy.reverse.url: "http://{back}/echo"}
      /empty: {proxy.reverse.url: "http://{back}/empty"}
      /redirect: {redirect: /file}
`,
	},
	{
		// Haproxy has no files: all that it answers comes from behind it, or is a refusal of its own.
		name: "haproxy", version: "-v", command: []string{"haproxy", "-db", "-q", "-f", "{dir}/config"},
		config: `
global
	nbthread 1
	maxconn 512
defaults
	mode http
	timeout client 10s
	timeout connect 2s
	timeout server 10s
listen all
	bind 127.0.0.1:{port}
	server own {back}
`,
	},
	{
		name: "lighttpd", version: "-v", command: []string{"lighttpd", "-D", "-f", "{dir}/config"},
		paths: map[string]string{"large": "/bytes", "redirect": "/redirect"},
		config: `
server.port = {port}
server.bind = "127.0.0.1"
server.document-root = "{dir}/www"
server.errorlog = "{dir}/log"
server.upload-dirs = ("{dir}")
server.modules = ("mod_proxy", "mod_redirect")
index-file.names = ("index.html")
mimetype.assign = ("" => "text/plain")
url.redirect = ("^/redirect$" => "/file")
$HTTP["url"] =~ "^/(echo|empty)$" { proxy.server = ("" => (("host" => "{backhost}", "port" => {backport}))) }
`,
	},
	{
		name: "apache2", version: "-v", command: []string{"apache2", "-DFOREGROUND", "-d", "{dir}", "-f", "{dir}/config"},
		paths: map[string]string{"large": "/bytes", "redirect": "/redirect"},
		config: `
PidFile {dir}/pid
DefaultRuntimeDir {dir}
ErrorLog {dir}/log
Listen 127.0.0.1:{port}
ServerName localhost
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule dir_module {modules}/mod_dir.so
LoadModule alias_module {modules}/mod_alias.so
LoadModule proxy_module {modules}/mod_proxy.so
LoadModule proxy_http_module {modules}/mod_proxy_http.so
{user User www-data}
{user Group www-data}
ServerLimit 1
ThreadsPerChild 64
MaxRequestWorkers 64
MinSpareThreads 1
MaxSpareThreads 64
DocumentRoot {dir}/www
<Directory {dir}/www>
	ForceType text/plain
	Require all granted
</Directory>
Redirect 302 /redirect /file
ProxyPass /echo http://{back}/echo
ProxyPass /empty http://{back}/empty
`,
	},
}

func TestDaemons(t *testing.T) {
	t.Parallel()
	for _, d := range daemons {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			version := d.installed(t)
			url := d.start(t)
			expected(t, d.name, version, Options{Targets: []string{url}, Select: []string{"rfc9110", "rfc9112"}, Config: check.Config{Paths: d.paths}})
		})
	}
}

// installed tells the version, without the packager's part of it.
func (d daemon) installed(t *testing.T) string {
	program, err := find(d.name)
	if err != nil {
		t.Skipf("%v (Debian: apt-get install %s)", err, d.name)
	}
	said, err := exec.Command(program, d.version).CombinedOutput()
	require.NoError(t, err)
	version := regexp.MustCompile(`\d+\.\d+\.\d+`).FindString(string(said))
	require.NotEmpty(t, version, "%s", said)
	return d.name + " " + version
}

// find looks for a program also where only root's path goes.
func find(program string) (string, error) {
	if path, err := exec.LookPath(program); err == nil {
		return path, nil
	}
	return exec.LookPath("/usr/sbin/" + program)
}

// start runs the daemon in a folder of its own until the test ends, and returns its URL.
func (d daemon) start(t *testing.T) (url string) {
	dir, err := os.MkdirTemp("", d.name) // not t.TempDir, which a daemon under another user may not enter
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	require.NoError(t, os.Chmod(dir, 0o755))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "www"), 0o755))
	for name, size := range map[string]int{"index.html": 20, "file": 40, "bytes": 128 << 10} {
		file := filepath.Join(dir, "www", name)
		require.NoError(t, os.WriteFile(file, []byte(strings.Repeat("a", size)), 0o644))
		old := time.Now().Add(-time.Hour) // what has just changed has a weak tag in some servers, and a moment later a strong one
		require.NoError(t, os.Chtimes(file, old, old))
	}
	back := strings.Trim(strings.TrimPrefix(ownServer(t, server.DefaultConfig()), "http://"), "/")
	backHost, backPort, err := net.SplitHostPort(back)
	require.NoError(t, err)
	port := fmt.Sprint(freePort(t))
	config := regexp.MustCompile(`(?m)^\{user (.*)\}$`).ReplaceAllStringFunc(d.config, func(line string) string {
		if os.Getuid() != 0 {
			return ""
		}
		return line[len("{user ") : len(line)-1]
	})
	fill := strings.NewReplacer("{dir}", dir, "{port}", port, "{back}", back, "{backhost}", backHost, "{backport}", backPort, "{modules}", "/usr/lib/apache2/modules")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "config"), []byte(fill.Replace(config)), 0o644))
	run(t, strings.Fields(fill.Replace(strings.Join(d.command, " "))), filepath.Join(dir, "log"))
	awaitPort(t, "127.0.0.1:"+port, filepath.Join(dir, "log"))
	return "http://127.0.0.1:" + port + "/"
}

// run starts a command in a process group of its own and ends the group with the test.
func run(t *testing.T, command []string, log string) {
	program, err := find(command[0])
	require.NoError(t, err)
	out, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	require.NoError(t, err)
	defer out.Close()
	process := exec.Command(program, command[1:]...)
	process.Stdout, process.Stderr, process.SysProcAttr = out, out, &syscall.SysProcAttr{Setpgid: true}
	require.NoError(t, process.Start())
	t.Cleanup(func() {
		_ = syscall.Kill(-process.Process.Pid, syscall.SIGTERM)
		killer := time.AfterFunc(2*time.Second, func() { _ = syscall.Kill(-process.Process.Pid, syscall.SIGKILL) })
		_ = process.Wait()
		killer.Stop()
	})
}

func awaitPort(t *testing.T, address, log string) {
	open := func() bool {
		c, err := net.Dial("tcp", address)
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	}
	for deadline := time.Now().Add(5 * time.Second); !open(); {
		if time.Now().After(deadline) {
			said, _ := os.ReadFile(log)
			require.Fail(t, "it does not serve", "%s", said)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func freePort(t *testing.T) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
