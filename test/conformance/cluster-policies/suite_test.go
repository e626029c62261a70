// Package conformance runs the conformance suite of network-policy-api against a cluster in which the evaluator decides
// about packets. conformance/cluster-policies.test.ts starts it and is the evaluator.
package conformance

import (
	"os"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"sigs.k8s.io/network-policy-api/conformance/tests"
	"sigs.k8s.io/network-policy-api/conformance/utils/config"
	"sigs.k8s.io/network-policy-api/conformance/utils/suite"
)

func TestConformance(t *testing.T) {
	evaluator := os.Getenv("EVALUATOR")
	if evaluator == "" {
		t.Fatal("EVALUATOR is not set: run this by `npm run test:conformance`")
	}
	c := newCluster(t, evaluator)
	kubeConfig := rest.Config{Host: c.exec.URL}
	clientSet, err := kubernetes.NewForConfig(&kubeConfig)
	if err != nil {
		t.Fatal(err)
	}
	run := suite.New(suite.Options{
		Client:                     c,
		ClientSet:                  clientSet,
		KubeConfig:                 kubeConfig,
		EnableAllSupportedFeatures: true,
		// Calico does not read `nodes`, so the evaluator refuses them.
		ExemptFeatures: sets.New(suite.SupportClusterNetworkPolicyEgressNodePeers),
		// Policies of this cluster come into force at once.
		TimeoutConfig: config.TimeoutConfig{PokeTimeout: time.Second, PokeInterval: 20 * time.Millisecond},
	})
	run.Setup(t)
	run.Run(t, tests.ConformanceTests)
}
