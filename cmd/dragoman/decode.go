package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dragoman-rpc/dragoman/bridge"
	"github.com/dragoman-rpc/dragoman/bridge/config"
	"github.com/dragoman-rpc/dragoman/cmd/dragoman/internal/capture"
	"github.com/dragoman-rpc/dragoman/cmd/dragoman/internal/dissect"
	"github.com/dragoman-rpc/dragoman/cmd/dragoman/internal/hexdump"
	"github.com/dragoman-rpc/dragoman/cmd/dragoman/internal/show"
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/all"
)

// decodeFlags are the flags of `decode`.
type decodeFlags struct {
	protocol, side     string
	contracts, options []string
	hex                bool
}

const maxText = 64 << 20 // bytes of a file that is no capture

func (c *cli) decodeVerb() *cobra.Command {
	var f decodeFlags
	cmd := c.verb("decode [-p PROTOCOL] [FILE|-]", "Print the messages in bytes, hex or a capture, field by field", cobra.MaximumNArgs(1),
		func(_ context.Context, args []string) error {
			d, err := c.decoder(&f)
			if err != nil {
				return err
			}
			in := c.in
			if len(args) == 1 && args[0] != "-" {
				file, err := os.Open(args[0])
				if err != nil {
					return err
				}
				defer file.Close() //nolint:errcheck // it was only read
				in = file
			}
			return d.decode(in)
		})
	cmd.Long = decodeHelp
	flags := cmd.Flags()
	flags.StringVarP(&f.protocol, "protocol", "p", "", "the protocol; by default found out by the first bytes: "+strings.Join(protocols(), ", "))
	flags.StringVar(&f.side, "side", "", "who sent bytes that are no capture: client or server; by default found out")
	flags.StringArrayVar(&f.contracts, "contract", nil, "a file that declares types, as for call; may come again")
	flags.StringArrayVar(&f.options, "option", nil, "an option of the protocol, NAME=VALUE, as in docs/options.md; may come again")
	flags.BoolVarP(&f.hex, "hex", "x", false, "print the bytes of each message, too")
	return cmd
}

const decodeHelp = `Print the messages in bytes, hex or a capture, field by field, with their bodies.

  tcpdump -i lo -w calls.pcap port 20880;  dragoman decode calls.pcap
  dragoman call -v dubbo://127.0.0.1:20880/com.acme.User/get '[7]' 2>&1 | dragoman decode
  dragoman decode -p bolt --side server reply.hex
  xxd request.bin | dragoman decode -

FILE is a pcap or pcapng file (Ethernet, loopback, "any" of Linux, plain IP), a text in hex (with spaces, comments behind #, or as
xxd and hexdump -C print it; lines that begin with > are the client's, with < the server's), or the bytes themselves; - or nothing is
standard input. A reply is shown with the request that it answers and, from a capture, the time between them.

Bodies are printed in full, and so are secrets within them: that is what this verb is for. Look through its output before you pass it
on. Bytes within TLS cannot be read. Protobuf needs a .proto file (--contract) to have names for its fields.`

// decoder prints what connections hold.
type decoder struct {
	*cli
	f       *decodeFlags
	options dissect.Options
	print   *show.Printer
}

func (c *cli) decoder(f *decodeFlags) (*decoder, error) {
	if f.side != "" && f.side != codecs.Client.String() && f.side != codecs.Server.String() {
		return nil, misuse(fmt.Sprintf("--side %s: client or server", f.side))
	}
	d := &decoder{cli: c, f: f, options: dissect.Options{Codecs: all.Codecs(), Settings: map[string]string{}, Talk: talk, Lead: lead}}
	if f.protocol != "" {
		d.options.Codecs = nil
		for _, k := range all.Codecs() {
			if k.Name() == f.protocol {
				d.options.Codecs = append(d.options.Codecs, k)
			}
		}
		if d.options.Codecs == nil {
			return nil, misuse(fmt.Sprintf("-p %s: none of %s", f.protocol, strings.Join(protocols(), ", ")))
		}
	}
	for _, o := range f.options {
		name, value, ok := strings.Cut(o, "=")
		if !ok {
			return nil, misuse(fmt.Sprintf("--option %s: NAME=VALUE", o))
		}
		d.options.Settings[name] = value
	}
	contracts, err := readContracts(f.contracts)
	if err != nil {
		return nil, err
	}
	book, err := bridge.ReadContracts(contracts, nil, all.Schemas())
	if err != nil {
		return nil, located{err}
	}
	d.print = show.New(all.Encodings(), book)
	return d, nil
}

// readContracts reads the files of --contract.
func readContracts(paths []string) (list []config.Contract, err error) {
	for i, path := range paths {
		data, err := config.ReadContract(path)
		if err != nil {
			return nil, err
		}
		list = append(list, config.Contract{At: fmt.Sprintf("contracts[%d]", i), Path: path, Data: data})
	}
	return list, nil
}

func (d *decoder) decode(in io.Reader) error {
	r := bufio.NewReader(in)
	if prefix, _ := r.Peek(4); capture.Is(prefix) {
		return d.capture(r)
	}
	data, err := io.ReadAll(io.LimitReader(r, maxText+1))
	switch {
	case err != nil:
		return err
	case len(data) > maxText:
		return fmt.Errorf("more than %d bytes that are no capture", maxText)
	case len(data) == 0:
		return fmt.Errorf("nothing to decode")
	}
	chunks, ok := hexdump.Parse(data)
	if !ok {
		chunks = []hexdump.Chunk{{Bytes: data}}
	}
	return d.chunks(chunks)
}
