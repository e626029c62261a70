// Command cyclonus writes every case of cyclonus' generator, step by step and judged by cyclonus' own matcher, as one
// JSON document a line. The evaluator is held against it by conformance/cyclonus.test.ts.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/mattfenwick/cyclonus/pkg/connectivity"
	"github.com/mattfenwick/cyclonus/pkg/connectivity/probe"
	"github.com/mattfenwick/cyclonus/pkg/generator"
	"github.com/mattfenwick/cyclonus/pkg/kube"
	"github.com/mattfenwick/cyclonus/pkg/matcher"
	"github.com/sirupsen/logrus"
	v1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
)

// The flags' defaults of `cyclonus generate`.
var (
	namespaces = []string{"x", "y", "z"}
	pods       = []string{"a", "b", "c"}
	ports      = []int{80, 81}
	protocols  = []v1.Protocol{v1.ProtocolTCP, v1.ProtocolUDP, v1.ProtocolSCTP}
)

type step struct {
	Case       int                           `json:"case"`
	Step       int                           `json:"step"`
	What       string                        `json:"what"`
	Namespaces map[string]map[string]string  `json:"namespaces"`
	Pods       []*v1.Pod                     `json:"pods"`
	Policies   []*networkingv1.NetworkPolicy `json:"policies"`
	Verdicts   []verdict                     `json:"verdicts"`
}

type verdict struct {
	From     string      `json:"from"`
	To       string      `json:"to"`
	Protocol v1.Protocol `json:"protocol"`
	Port     int         `json:"port"`
	Egress   bool        `json:"egress"`
	Ingress  bool        `json:"ingress"`
}

func main() {
	logrus.SetLevel(logrus.WarnLevel)
	out := bufio.NewWriter(os.Stdout)
	// Both ways that cyclonus knows of writing an egress case: with and without DNS allowed.
	number := 0
	for _, allowDNS := range []bool{true, false} {
		for _, testCase := range generator.NewTestCaseGenerator(allowDNS, addressOf("z", "c"), namespaces, nil, nil).GenerateAllTestCases() {
			number++
			if err := play(number, testCase, json.NewEncoder(out)); err != nil {
				fmt.Fprintf(os.Stderr, "case %d, %s: %v\n", number, testCase.Description, err)
				os.Exit(1)
			}
		}
	}
	if err := out.Flush(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// The mock cluster gives addresses in the order of creation; every case starts from a new one.
func cluster() (*connectivity.TestCaseState, error) {
	mock := kube.NewMockKubernetes(1)
	resources, err := probe.NewDefaultResources(mock, namespaces, pods, ports, protocols, nil, 1, false, "registry.k8s.io")
	return &connectivity.TestCaseState{Kubernetes: mock, Resources: resources}, err
}

func addressOf(namespace string, name string) string {
	state, err := cluster()
	if err != nil {
		panic(err)
	}
	pod, err := state.Resources.GetPod(namespace, name)
	if err != nil {
		panic(err)
	}
	return pod.IP
}

func play(number int, testCase *generator.TestCase, out *json.Encoder) error {
	state, err := cluster()
	if err != nil {
		return err
	}
	for index, testStep := range testCase.Steps {
		for _, action := range testStep.Actions {
			if err := apply(state, action); err != nil {
				return err
			}
		}
		// An API server writes this label on every namespace; the mock does not.
		for name, labels := range state.Resources.Namespaces {
			named := map[string]string{"kubernetes.io/metadata.name": name}
			for key, value := range labels {
				named[key] = value
			}
			state.Resources.Namespaces[name] = named
		}
		described := step{
			Case:       number,
			Step:       index + 1,
			What:       testCase.Description,
			Namespaces: state.Resources.Namespaces,
			Policies:   state.Policies,
		}
		for _, pod := range state.Resources.Pods {
			object := pod.KubePod()
			object.Status.PodIP = pod.IP
			described.Pods = append(described.Pods, object)
		}
		described.Verdicts = judge(state, testStep.Probe)
		if err := out.Encode(described); err != nil {
			return err
		}
	}
	return nil
}

func judge(state *connectivity.TestCaseState, config *generator.ProbeConfig) []verdict {
	var verdicts []verdict
	runner := probe.NewSimulatedRunner(matcher.BuildNetworkPolicies(true, state.Policies), &probe.JobBuilder{})
	table := runner.RunProbeForConfig(config, state.Resources)
	for _, key := range table.Wrapped.Keys() {
		// A pod reaches itself whatever policies say; cyclonus asks its matcher all the same.
		if key.From == key.To {
			continue
		}
		for _, result := range table.Get(key.From, key.To).JobResults {
			if result.Combined != probe.ConnectivityAllowed && result.Combined != probe.ConnectivityBlocked {
				continue // The pod serves no such port, so cyclonus does not judge.
			}
			verdicts = append(verdicts, verdict{
				From:     key.From,
				To:       key.To,
				Protocol: result.Job.Protocol,
				Port:     result.Job.ResolvedPort,
				Egress:   *result.Egress == probe.ConnectivityAllowed,
				Ingress:  *result.Ingress == probe.ConnectivityAllowed,
			})
		}
	}
	return verdicts
}

func apply(state *connectivity.TestCaseState, action *generator.Action) error {
	switch {
	case action.CreatePolicy != nil:
		return state.CreatePolicy(action.CreatePolicy.Policy)
	case action.UpdatePolicy != nil:
		return state.UpdatePolicy(action.UpdatePolicy.Policy)
	case action.DeletePolicy != nil:
		return state.DeletePolicy(action.DeletePolicy.Namespace, action.DeletePolicy.Name)
	case action.CreateNamespace != nil:
		return state.CreateNamespace(action.CreateNamespace.Namespace, action.CreateNamespace.Labels)
	case action.SetNamespaceLabels != nil:
		return state.SetNamespaceLabels(action.SetNamespaceLabels.Namespace, action.SetNamespaceLabels.Labels)
	case action.DeleteNamespace != nil:
		return state.DeleteNamespace(action.DeleteNamespace.Namespace)
	case action.CreatePod != nil:
		return state.CreatePod(action.CreatePod.Namespace, action.CreatePod.Pod, action.CreatePod.Labels)
	case action.SetPodLabels != nil:
		return state.SetPodLabels(action.SetPodLabels.Namespace, action.SetPodLabels.Pod, action.SetPodLabels.Labels)
	case action.DeletePod != nil:
		return state.DeletePod(action.DeletePod.Namespace, action.DeletePod.Pod)
	default:
		return fmt.Errorf("an action of a kind that is not known here: %+v", action)
	}
}
