package hessian_test

import (
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs/codectest"
	"github.com/dragoman-rpc/dragoman/codecs/hessian"
)

func TestHessian2(t *testing.T) { codectest.RunEncoding(t, hessian.Hessian2()) }

func TestHessian2Draft(t *testing.T) { codectest.RunEncoding(t, hessian.Hessian2Draft()) }

func TestHessian1(t *testing.T) { codectest.RunEncoding(t, hessian.Hessian1()) }
