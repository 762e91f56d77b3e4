package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// Limits of what is read.
const (
	maxFile     = 1 << 20 // bytes of a configuration
	maxContract = 4 << 20 // bytes of a contract
	maxKey      = 512     // bytes of a key
	maxList     = 1 << 16 // entries of lists that are not looked through for each other's sake
)

// Load reads a configuration and the contracts that it names, and sees whether its other files are there. The error is an
// Errors if the file could be read.
func Load(path string, k Known) (*Config, error) {
	data, err := readFile(path, maxFile)
	if err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	p, c := parse(path, data, k)
	for i := range c.Contracts {
		f := &c.Contracts[i]
		if f.Data, err = readFile(f.Path, maxContract); err != nil {
			p.fail(f.At, "", "%v", err)
		}
	}
	p.filesExist(c)
	if err := told(p.errs); err != nil {
		return nil, err
	}
	return c, nil
}

// Parse reads a configuration from data. file is its name, for errors and as what relative file names start from; nothing is
// read from it. The error is an Errors.
func Parse(file string, data []byte, k Known) (*Config, error) {
	p, c := parse(file, data, k)
	if err := told(p.errs); err != nil {
		return nil, err
	}
	return c, nil
}

// ReadContract reads a file that a contract imports, under the limit of contracts.
func ReadContract(path string) ([]byte, error) { return readFile(path, maxContract) }

// readFile reads a file of at most limit bytes.
func readFile(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // nothing was written
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%s is over the limit of %d bytes", path, limit)
	}
	return data, nil
}

// parser is the reading of one file.
type parser struct {
	file   string
	known  []codecs.Protocol
	traits map[string]codecs.Traits // by name: of the first wire of each protocol
	names  []string                 // of the protocols, in the caller's order
	nodes  nodes
	errs   []*Error
}

func parse(file string, data []byte, k Known) (*parser, *Config) {
	p := &parser{file: file, known: k.Protocols, traits: map[string]codecs.Traits{}, nodes: nodes{}}
	for _, protocol := range k.Protocols {
		if _, again := p.traits[protocol.Name()]; again {
			continue // another wire of the same
		}
		p.names = append(p.names, protocol.Name())
		p.traits[protocol.Name()] = protocol.Traits()
	}
	d := &document{Config: Config{file: file, nodes: p.nodes}}
	if root := p.root(data); root != nil {
		schema.read(p, spot{node: root}, d)
		p.finish(d)
	}
	return p, &d.Config
}

// root gives the one document of a file, or nil.
func (p *parser) root(data []byte) *yaml.Node {
	if len(data) > maxFile {
		p.fail("", "", "%d bytes are over the limit of %d", len(data), maxFile)
		return nil
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, more yaml.Node
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		p.fail("", "", "the file is empty")
		return nil
	case err != nil:
		p.syntax(err)
		return nil
	}
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		if err != nil {
			p.syntax(err)
		} else {
			p.fault(&more, "", "", "a second document: there must be one")
		}
		return nil
	}
	return doc.Content[0]
}

// syntax notes an error of the YAML parser, which says the line in its text, or nothing.
func (p *parser) syntax(err error) {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	at := &yaml.Node{}
	if rest, ok := strings.CutPrefix(text, "line "); ok {
		number, rest, _ := strings.Cut(rest, ": ")
		if n, err := strconv.Atoi(number); err == nil {
			at.Line, at.Column, text = n, 1, rest
		}
	}
	p.fault(at, "", "", "not YAML: %s", text)
}

// fail notes a fault of the value at path, or of the nearest one around it that is written.
func (p *parser) fail(path, hint, format string, args ...any) {
	e := p.nodes.fault(p.file, path)
	e.Text, e.Hint = fmt.Sprintf(format, args...), hint
	p.errs = append(p.errs, e)
}

// fault is fail for a place that is known: a key, or what is no value.
func (p *parser) fault(node *yaml.Node, path, hint, format string, args ...any) {
	p.errs = append(p.errs, &Error{File: p.file, Line: node.Line, Column: node.Column, Path: path,
		Text: fmt.Sprintf(format, args...), Hint: hint})
}

// is notes a fault unless a value is of a kind, and remembers its place.
func (p *parser) is(at spot, kind yaml.Kind, want string) bool {
	if at.node.Line > 0 { // it is no default
		p.nodes[at.path] = at.node
	}
	if at.node.Kind == kind && (kind == yaml.ScalarNode || at.node.ShortTag() == "!!map" || at.node.ShortTag() == "!!seq") {
		return true
	}
	p.fault(at.node, at.path, "", "this must be %s, not %s", want, describe(at.node))
	return false
}

// entry is a key of a mapping and its value.
type entry struct{ key, value *yaml.Node }

// entries gives what a mapping holds, without keys that are no text, too long, or there for the second time.
func (p *parser) entries(at spot) []entry {
	var list []entry
	seen := map[string]bool{}
	for i := 0; i+1 < len(at.node.Content); i += 2 {
		e := entry{at.node.Content[i], at.node.Content[i+1]}
		switch key := e.key.Value; {
		case e.key.Kind != yaml.ScalarNode || e.key.ShortTag() != "!!str":
			p.fault(e.key, at.path, "", "a key must be a text, not %s", describe(e.key))
		case len(key) > maxKey:
			p.fault(e.key, at.path, "", "a key of %d bytes is over the limit of %d", len(key), maxKey)
		case seen[key]:
			p.fault(e.key, at.path, "", "%q is there twice", clip(key))
		default:
			seen[key] = true
			list = append(list, e)
		}
	}
	return list
}

// describe says what is written.
func describe(n *yaml.Node) string {
	switch tag := n.ShortTag(); {
	case n.Kind == yaml.AliasNode:
		return "an alias, which is not supported"
	case n.Kind == yaml.MappingNode && tag == "!!map":
		return "a mapping"
	case n.Kind == yaml.SequenceNode && tag == "!!seq":
		return "a list"
	case n.Kind != yaml.ScalarNode:
		return "a value tagged " + clip(n.Tag)
	}
	switch n.ShortTag() {
	case "!!null":
		return "nothing"
	case "!!str":
		return fmt.Sprintf("the text %q", clip(n.Value))
	case "!!int", "!!float":
		return "the number " + clip(n.Value)
	case "!!bool", "!!timestamp":
		return clip(n.Value)
	case "!!merge":
		return "<<, which is not supported"
	}
	return "a value tagged " + clip(n.Tag)
}

// clip shortens a text from the file for an error.
func clip(s string) string {
	const most = 64
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

// scalar makes the value of a default.
func scalar(text string) *yaml.Node {
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil || len(doc.Content) != 1 {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
	}
	n := doc.Content[0]
	forget(n)
	return n
}

// forget takes the place from a value that is not in the file.
func forget(n *yaml.Node) {
	n.Line, n.Column = 0, 0
	for _, inner := range n.Content {
		forget(inner)
	}
}

// inDir makes a file name in the configuration one that leads from the working directory.
func (p *parser) inDir(name string) string {
	if name == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(filepath.Dir(p.file), name)
}
