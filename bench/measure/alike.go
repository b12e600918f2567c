package measure

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Differences says in which facts two environments, or two targets, are not
// alike, a line each. Facts of one moment only, such as the machine's load, are
// left out.
func Differences(before, after *Run) (all []string) {
	a, b := before.Environment, after.Environment
	for _, e := range []*Environment{&a, &b} {
		e.Load, e.Command = 0, nil
	}
	all = append(all, differing("", reflect.ValueOf(a), reflect.ValueOf(b))...)
	x, y := before.Target, after.Target
	for _, t := range []*Target{&x, &y} {
		t.Info, t.PID, t.URL = nil, 0, ""
		t.Address = host(t.Address)
	}
	all = append(all, differing("target ", reflect.ValueOf(x), reflect.ValueOf(y))...)
	return append(all, differingInfo(before.Target.Info, after.Target.Info)...)
}

// host is an address without its port, which a server of ours draws.
func host(address string) string {
	if i := strings.LastIndexByte(address, ':'); i >= 0 {
		return address[:i]
	}
	return address
}

// differing compares structs field by field, by their names in JSON.
func differing(prefix string, a, b reflect.Value) (all []string) {
	for i := range a.NumField() {
		name, _, _ := strings.Cut(a.Type().Field(i).Tag.Get("json"), ",")
		x, y := a.Field(i), b.Field(i)
		if x.Kind() == reflect.Pointer && !x.IsNil() && !y.IsNil() {
			all = append(all, differing(prefix+name+" ", x.Elem(), y.Elem())...)
			continue
		}
		if !reflect.DeepEqual(x.Interface(), y.Interface()) {
			all = append(all, fmt.Sprintf("%s%s: %s, now %s", prefix, name, plainly(x), plainly(y)))
		}
	}
	return all
}

func plainly(v reflect.Value) string {
	if v.Kind() == reflect.Pointer && v.IsNil() || v.IsZero() && v.Kind() == reflect.String {
		return "unknown"
	}
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	return fmt.Sprint(v.Interface())
}

// momentary are facts of /info that change from one look to the next.
var momentary = []string{"uptime_ms", "boot_count", "rssi", "free", "min_free", "largest_block"}

// differingInfo compares the answers of GET /info.
func differingInfo(before, after json.RawMessage) (all []string) {
	var a, b map[string]any
	json.Unmarshal(before, &a) // what is no object has nothing to compare
	json.Unmarshal(after, &b)
	names := map[string]bool{}
	for name := range a {
		names[name] = true
	}
	for name := range b {
		names[name] = true
	}
	for name := range names {
		if !slices.Contains(momentary, name) && !reflect.DeepEqual(a[name], b[name]) {
			all = append(all, fmt.Sprintf("target info %s: %v, now %v", name, known(a[name]), known(b[name])))
		}
	}
	slices.Sort(all)
	return all
}

func known(v any) any {
	if v == nil {
		return "unknown"
	}
	return v
}
