//go:build !race

package load

const rawRacing = false
