package hessian_test

import (
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs/codectest"
	"github.com/dragoman-rpc/dragoman/codecs/hessian"
)

func TestHessian2(t *testing.T) { codectest.RunEncoding(t, hessian.Hessian2()) }

func TestDraft2(t *testing.T) { codectest.RunEncoding(t, hessian.Draft2()) }
