module github.com/httpdlab/httpdlab/bench/peers/parser

go 1.26.0

require github.com/httpdlab/httpdlab v0.0.0

replace github.com/httpdlab/httpdlab => ../../..
