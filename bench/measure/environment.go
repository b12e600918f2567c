package measure

// Environment says where the load came from; two runs are alike only if these are.
type Environment struct {
	OS       string   `json:"os"`
	Kernel   string   `json:"kernel"`
	Arch     string   `json:"arch"`
	CPU      string   `json:"cpu"`
	Cores    int      `json:"cores"`              // usable by the load generator
	Governor string   `json:"governor,omitempty"` // of the CPU's frequency: "performance", "schedutil", …; "": not told
	Boost    string   `json:"boost,omitempty"`    // "on" or "off": whether cores may run above their base frequency; "": not told
	Load     float64  `json:"load,omitempty"`     // programs that wanted a core in the minute before the run, Linux only
	Local    bool     `json:"local"`              // the target shares this machine
	NIC      *NIC     `json:"nic,omitempty"`      // the way to the target; absent: not known
	Go       string   `json:"go"`
	Tool     string   `json:"tool"`             // httpdlab version or VCS revision
	Commit   string   `json:"commit,omitempty"` // VCS revision that httpdlab was built from, "+changes" if there were some
	Command  []string `json:"command"`
}

// NIC is the network interface that leads to the target.
type NIC struct {
	Name     string `json:"name"`
	MTU      int    `json:"mtu"`
	Driver   string `json:"driver,omitempty"`   // Linux only
	Mbits    int    `json:"mbits,omitempty"`    // link speed in 10^6 bits a second, 0: not told
	Wireless bool   `json:"wireless,omitempty"` // Linux only
}
