# httpdlab: one target a folder. Needs Go 1.26; `make test` also needs chromium.
BOARD    ?= host
ADDR     ?=
LISTEN   ?= 127.0.0.1:8080
RUN      ?= $(lastword $(sort $(wildcard reports/out/*/run.json)))
FUZZTIME ?= 30s

.PHONY: httpdlab bench serve conform report fuzz flake peers generators attack firmware-check readme test chromium

httpdlab:
	@go build -buildvcs=auto -o httpdlab .

bench: httpdlab  ## load a board, write a report:  make bench [BOARD=esp32 ADDR=192.168.4.1]
	@./httpdlab bench --board $(BOARD) $(if $(ADDR),--addr $(ADDR))

serve: httpdlab  ## the board contract on our own server
	@./httpdlab serve --listen $(LISTEN)

conform: httpdlab  ## check a board:  make conform [BOARD=esp32 ADDR=192.168.4.1]
	@./httpdlab conform --board $(BOARD) $(if $(ADDR),--addr $(ADDR))

report: httpdlab  ## write the report of the newest run again, or of RUN=folder
	@./httpdlab report $(patsubst %/run.json,%,$(RUN))

fuzz:  ## every fuzz target in turn:  make fuzz [FUZZTIME=30s]
	@for target in $$(go test -list '^Fuzz' ./fuzz | grep '^Fuzz'); do \
		go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1x ./fuzz || exit 1; done

flake:  ## the same verdicts in 20 runs in a row, also with a busy core and under -race; takes hours, -verdicts cuts it in pieces
	go test -run TestVerdictsDoNotFlicker -flake 20 -timeout 3h ./conformance
	go test -race -run TestVerdictsDoNotFlicker -flake 20 -timeout 3h ./conformance

peers:  ## rival servers, load generators and parsers beside ours, in one run; without ARGS docs/peers.md is written
	@cd bench/peers && go run . --rounds 3 --seconds 1 $(ARGS) >peers.out || { rm -f peers.out; exit 1; }
	@cat bench/peers/peers.out $(if $(ARGS),,&& { echo '# Other servers beside ours'; echo; cat bench/peers/peers.out; } >docs/peers.md); rm bench/peers/peers.out
	@$(MAKE) generators
	@cd bench/peers/parser && go run .
	@go test -count 1 -run 'TestNetHTTP|TestDaemons' -v ./conformance | grep -v '^=== '

generators:  ## load generators beside ours, against one server; docs/generators.md is written
	@cd bench/peers && { echo '# Load generators beside ours'; echo; go run . --generators $(ARGS); } >generators.out || { rm -f generators.out; exit 1; }
	@cat bench/peers/generators.out && mv bench/peers/generators.out docs/generators.md

attack:  ## thousands of hostile clients, and 20 000 idle ones, against the server
	@HTTPDLAB_FULL=1 go test ./server -run 'TestNobodyIsStopped|TestIdleConnections' -count=1 -v

firmware-check:  ## compile the boards' firmware on this machine, and test its pure parts
	@$(MAKE) -C boards/firmware/check

# The README's picture and first table come from one run of the default job, its
# second one from docs/peers.md, the page of the original's counterparts from the
# package comment.
readme: httpdlab docs/esp_http_server.md
	@mkdir -p docs && ./httpdlab bench --out docs/out >docs/bench.txt
	@./httpdlab report --picture --out docs/bench.svg docs/out/*-host >/dev/null
	@{ echo '```'; echo "$$ make bench    # $$(date +%F), $$(nproc) cores of $$(sed -n 's/^model name.*: //p;T;q' /proc/cpuinfo)"; sed '/^report: /d;/^$$/d' docs/bench.txt; echo '```'; } >docs/bench.md
	@sed -i -e '/^<!-- bench -->/,/^<!-- .bench -->/{//!d}' -e '/^<!-- bench -->/r docs/bench.md' README.md
	@awk '/^### /{n++} NR>2 && n<2' docs/peers.md >docs/peers.part
	@sed -i -e '/^<!-- peers -->/,/^<!-- .peers -->/{//!d}' -e '/^<!-- peers -->/r docs/peers.part' README.md
	@rm -r docs/out docs/bench.txt docs/bench.md docs/peers.part

docs/esp_http_server.md: server/doc.go
	@{ echo '# esp_http_server and its Go counterparts'; \
	sed -n '/^\/\/ # The original/,/^package/{/^\/\/ # /d;/^package/d;s/^\/\/ \{0,1\}//;p}' $<; } >$@

test: chromium
	go vet ./...
	GOOS=darwin go vet ./...
	GOARCH=arm64 go vet ./...
	go test ./...
	cd bench/peers && go vet . && go test .

chromium:
	@command -v chromium >/dev/null || { [ $$(id -u) = 0 ] && apt-get update -qq && apt-get install -qq -y chromium >/dev/null; } || \
	{ echo 'make test opens the report in a browser: sudo apt-get install chromium'; exit 1; }
