package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// statement is one SQL statement of Benchmarks/statements, with its parameters in the order of their numbers.
type statement struct {
	sql   string
	names []string
}

var title = regexp.MustCompile(`(?m)^-- (\w+)\n`)
var parameter = regexp.MustCompile(`(^|[^:]):([a-z][a-z_0-9]*)`)

// load reads every statement of a folder, by "file.name".
func load(folder string) (map[string]statement, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.sql"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no statements in %s", folder)
	}
	found := map[string]statement{}
	for _, file := range files {
		bytes, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		text := string(bytes)
		titles := title.FindAllStringSubmatchIndex(text, -1)
		for at, place := range titles {
			end := len(text)
			if at+1 < len(titles) {
				end = titles[at+1][0]
			}
			name := strings.TrimSuffix(filepath.Base(file), ".sql") + "." + text[place[2]:place[3]]
			found[name] = parse(strings.TrimSuffix(strings.TrimSpace(text[place[1]:end]), ";"))
		}
	}
	return found, nil
}

func parse(text string) statement {
	numbers := map[string]int{}
	var names []string
	sql := parameter.ReplaceAllStringFunc(text, func(match string) string {
		parts := parameter.FindStringSubmatch(match)
		if numbers[parts[2]] == 0 {
			names = append(names, parts[2])
			numbers[parts[2]] = len(names)
		}
		return fmt.Sprintf("%s$%d", parts[1], numbers[parts[2]])
	})
	return statement{sql, names}
}

type values map[string]interface{}

func (s statement) arguments(known values) []interface{} {
	arguments := make([]interface{}, len(s.names))
	for at, name := range s.names {
		value, ok := known[name]
		if !ok {
			panic("no value for " + name)
		}
		arguments[at] = value
	}
	return arguments
}
