package main

import (
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const manual = "../../../docs/grainctl.md"

// Every flag of every command stands in the manual beside its variable.
func TestManualNamesEveryFlag(t *testing.T) {
	data, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	sections := map[string]string{}
	for _, s := range strings.Split(string(data), "\n## ")[1:] {
		title, body, _ := strings.Cut(s, "\n")
		sections[strings.Trim(title, "` ")] = body
	}
	check := func(section string, flags *pflag.FlagSet) {
		flags.VisitAll(func(f *pflag.Flag) {
			if f.Name == "help" {
				return
			}
			row := "| `--" + f.Name + "` | `" + envName(f.Name) + "` |"
			if !strings.Contains(sections[section], row) {
				t.Errorf("section %q lacks a line that begins with %s", section, row)
			}
			if f.DefValue != "" && f.DefValue != "false" && !strings.Contains(sections[section], "`"+f.DefValue+"`") {
				t.Errorf("section %q lacks the default %s of --%s", section, f.DefValue, f.Name)
			}
		})
	}
	root := newRoot()
	check("For all commands", root.PersistentFlags())
	for _, c := range root.Commands() {
		name, _, _ := strings.Cut(c.Use, " ")
		if name == "help" {
			continue
		}
		if _, ok := sections["grainctl "+c.Use]; !ok {
			t.Errorf("no section %q", "grainctl "+c.Use)
		}
		check("grainctl "+c.Use, c.LocalNonPersistentFlags())
	}
}

func TestEveryFlagTakesItsVariable(t *testing.T) {
	var commands func(c *cobra.Command) []*cobra.Command
	commands = func(c *cobra.Command) []*cobra.Command {
		all := []*cobra.Command{c}
		for _, sub := range c.Commands() {
			all = append(all, commands(sub)...)
		}
		return all
	}
	values := map[string]string{"bool": "true", "int": "7", "string": "some", "duration": "7s"}
	for _, c := range commands(newRoot()) {
		c.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
			t.Setenv(envName(f.Name), values[f.Value.Type()])
			if err := flagsFromEnv(c); err != nil {
				t.Errorf("%s --%s: %v", c.Name(), f.Name, err)
			}
			if f.Value.String() != values[f.Value.Type()] {
				t.Errorf("%s --%s is %s", c.Name(), f.Name, f.Value)
			}
			if !strings.Contains(f.Usage, envName(f.Name)) {
				t.Errorf("%s --%s does not name its variable", c.Name(), f.Name)
			}
			t.Setenv(envName(f.Name), "")
		})
	}
}

func TestCommandLineGoesBeforeTheEnvironment(t *testing.T) {
	t.Setenv("GRAINCTL_CHINESE", "true")
	if out, _, err := grainctl(t, "template", "sell"); err != nil || !strings.HasPrefix(out, "单位代码") {
		t.Error(out, err)
	}
	if out, _, err := grainctl(t, "template", "sell", "--chinese=false"); err != nil || !strings.HasPrefix(out, "issuer") {
		t.Error(out, err)
	}
	t.Setenv("GRAINCTL_CHINESE", "perhaps")
	if _, _, err := grainctl(t, "template", "sell"); err == nil || !strings.Contains(err.Error(), "GRAINCTL_CHINESE") {
		t.Error(err)
	}
}

func TestRequiredFlagFromTheEnvironment(t *testing.T) {
	t.Setenv("GRAINCTL_TYPE", "harvest")
	if _, _, err := grainctl(t, "sign", "no-such-file"); err == nil || strings.Contains(err.Error(), "not set") {
		t.Error(err)
	}
}
