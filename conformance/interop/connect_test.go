package interop

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// connectconformance starts what it tries and talks to it over stdin and stdout: messages, each behind its length in four bytes. It is
// given this test binary, which starts the program of the suite and puts dragoman before the server.
const (
	connectRole    = "INTEROP_CONNECT" // of the environment: which of the programs is started
	serverPort     = 2                 // the field port of ServerCompatResponse
	requestPort    = 7                 // the field port of ClientCompatRequest
	connectMessage = 64 << 20          // the suite's limit of a message is less
)

// connectTotals is how connectconformance ends.
var connectTotals = regexp.MustCompile(`Total cases: (\d+)\s+(\d+) passed, (\d+) failed`)

// TestConnect runs the gRPC cases of connectconformance: its reference client with grpc-go's server, and grpc-go's client with its
// reference server, dragoman between them. A case of the lists of known ones that passes fails the suite.
func TestConnect(t *testing.T) {
	need(t, "connectconformance", "grpcclient", "grpcserver")
	bin, err := build()
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for mode, least := range map[string]int{"server": 372, "client": 403} {
		t.Run(mode, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			cmd := command(ctx, "connectconformance", "--mode", mode, "--conf", "../peers/connect/grpc.yaml",
				"--known-failing", "@../peers/connect/"+mode+"-known.txt", "--", self, "-test.run=^TestConnectRole$")
			cmd.Env = append(os.Environ(), connectRole+"=grpc"+mode, "DRAGOMAN="+bin, "INTEROP=")
			out, err := cmd.CombinedOutput()
			m := connectTotals.FindSubmatch(out)
			if err != nil || m == nil {
				t.Fatalf("%v: %s", err, failing(string(out)))
			}
			if n, err := strconv.Atoi(string(m[1])); err != nil || n < least {
				t.Errorf("%s, want %d at least", m[0], least)
			}
		})
	}
}

// failing is what connectconformance says of the cases that failed.
func failing(out string) string {
	if at := strings.Index(out, "FAILED: "); at >= 0 {
		out = out[at:]
	}
	return out[:min(len(out), 8000)]
}

// TestConnectRole is what connectconformance starts.
func TestConnectRole(t *testing.T) {
	role := os.Getenv(connectRole)
	if role == "" {
		t.Skip("it is a part of TestConnect, which starts it")
	}
	var err error
	ok := t.Run(role, func(t *testing.T) {
		if role == "grpcserver" {
			err = connectServer(t, role)
		} else {
			err = connectClient(t, role)
		}
		if err != nil {
			t.Error(err)
		}
	})
	code := 0
	if !ok {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code) // what a test says at its end on stdout would be read as a message
}

// connectServer starts a server of the suite with dragoman before it, until it is told to end.
func connectServer(t *testing.T, name string) error {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	cmd := command(t.Context(), name)
	cmd.Stdin, cmd.Stderr = os.Stdin, os.Stderr
	out, err := startPiped(cmd)
	if err != nil {
		return err
	}
	msg, err := readDelimited(out)
	if err != nil {
		return err
	}
	if msg, err = redirect(t, msg, serverPort, map[uint64]uint64{}); err != nil {
		return err
	}
	if err := writeDelimited(os.Stdout, msg); err != nil {
		return err
	}
	<-stop
	return nil
}

// connectClient starts a client of the suite and gives it the suite's requests, with dragoman in place of each server.
func connectClient(t *testing.T, name string) error {
	cmd := command(t.Context(), name)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	known := map[uint64]uint64{}
	for from := bufio.NewReader(os.Stdin); ; {
		msg, err := readDelimited(from)
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			msg, err = redirect(t, msg, requestPort, known)
		}
		if err == nil {
			err = writeDelimited(in, msg)
		}
		if err != nil {
			return err
		}
	}
	if err := in.Close(); err != nil {
		return err
	}
	return cmd.Wait()
}

func startPiped(cmd *exec.Cmd) (*bufio.Reader, error) {
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	return bufio.NewReader(out), cmd.Start()
}

// redirect puts the port of a dragoman before the server whose port is in a field of msg: of a field that comes twice, the last holds.
func redirect(t *testing.T, msg []byte, field uint64, known map[uint64]uint64) ([]byte, error) {
	port, err := number(msg, field)
	if err != nil {
		return nil, err
	}
	if known[port] == 0 {
		known[port] = uint64(portOf(t, between(t, int(port)).addr))
	}
	return binary.AppendUvarint(binary.AppendUvarint(msg, field<<3), known[port]), nil
}

// number gives a field of a protobuf message that is a number.
func number(msg []byte, field uint64) (v uint64, err error) {
	for len(msg) > 0 {
		tag, n := binary.Uvarint(msg)
		if n <= 0 {
			return 0, errors.New("no tag")
		}
		msg = msg[n:]
		x, n := binary.Uvarint(msg)
		if n <= 0 {
			return 0, errors.New("no number behind a tag")
		}
		msg = msg[n:]
		switch kind := tag & 7; {
		case kind == 0 && tag>>3 == field:
			v = x
		case kind == 2 && x <= uint64(len(msg)): // that many bytes
			msg = msg[x:]
		case kind != 0:
			return 0, fmt.Errorf("a field of kind %d", kind)
		}
	}
	return v, nil
}

func readDelimited(r io.Reader) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(head[:])
	if n > connectMessage {
		return nil, fmt.Errorf("a message of %d bytes", n)
	}
	msg := make([]byte, n)
	_, err := io.ReadFull(r, msg)
	return msg, err
}

func writeDelimited(w io.Writer, msg []byte) error {
	_, err := w.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(msg))), msg...))
	return err
}
