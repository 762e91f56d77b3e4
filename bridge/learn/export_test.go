package learn

import (
	"errors"
	"fmt"
)

// Waits says whether something was learned that is not in use yet, or a sample waits.
func (s *Store) Waits() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fresh || len(s.queue) > 0
}

// Learn looks at a sample and takes what it shows into use, at once.
func (s *Store) Learn(x *Sample) {
	s.learn(x)
	s.build()
}

// Read takes over a file, as Open does.
func (s *Store) Read(name string, data []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	leftOut, err := s.model.load(name, data)
	if leftOut > 0 {
		err = errors.Join(err, fmt.Errorf("%d methods were left out", leftOut))
	}
	return err
}
