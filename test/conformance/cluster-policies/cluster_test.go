package conformance

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/httpstream"
	"k8s.io/apimachinery/pkg/util/httpstream/spdy"
	"k8s.io/apimachinery/pkg/util/remotecommand"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	api "sigs.k8s.io/network-policy-api/apis/v1beta1"
)

// cluster holds objects and answers what the suite runs in its pods, `agnhost connect`, by the evaluator's verdict.
type cluster struct {
	client.Client
	evaluator string
	exec      *httptest.Server
	pods      int
}

func newCluster(t *testing.T, evaluator string) *cluster {
	t.Helper()
	if err := api.Install(scheme.Scheme); err != nil {
		t.Fatal(err)
	}
	c := &cluster{evaluator: evaluator}
	c.Client = fake.NewClientBuilder().WithScheme(scheme.Scheme).
		WithInterceptorFuncs(interceptor.Funcs{Create: c.create}).Build()
	c.exec = httptest.NewServer(http.HandlerFunc(c.serveExec))
	t.Cleanup(c.exec.Close)
	return c
}

// create does the work of the StatefulSet controller and of the nodes, too.
func (c *cluster) create(ctx context.Context, under client.WithWatch, object client.Object, options ...client.CreateOption) error {
	if err := under.Create(ctx, object, options...); err != nil {
		return err
	}
	if object.GetObjectKind().GroupVersionKind().Kind != "StatefulSet" {
		return nil
	}
	set := &appsv1.StatefulSet{}
	if err := under.Get(ctx, client.ObjectKeyFromObject(object), set); err != nil {
		return err
	}
	for index := range *set.Spec.Replicas {
		c.pods++
		pod := &corev1.Pod{ObjectMeta: *set.Spec.Template.ObjectMeta.DeepCopy(), Spec: set.Spec.Template.Spec}
		pod.Name, pod.Namespace = fmt.Sprintf("%s-%d", set.Name, index), set.Namespace
		pod.Labels[appsv1.StatefulSetPodNameLabel] = pod.Name
		if err := under.Create(ctx, pod); err != nil {
			return err
		}
		pod.Status.PodIP = fmt.Sprintf("10.244.0.%d", c.pods)
		if err := under.Status().Update(ctx, pod); err != nil {
			return err
		}
	}
	set.Status.ReadyReplicas = *set.Spec.Replicas
	return under.Status().Update(ctx, set)
}

// serveExec answers POST …/namespaces/NS/pods/POD/exec?command=/agnhost&command=connect&…
func (c *cluster) serveExec(w http.ResponseWriter, request *http.Request) {
	path := strings.Split(strings.Trim(request.URL.Path, "/"), "/")
	verdict, asked := "", fmt.Errorf("%s is not an exec", request.URL.Path)
	if len(path) == 7 && path[6] == "exec" {
		verdict, asked = c.connect(request.Context(), path[3]+"/"+path[5], request.URL.Query()["command"])
	}
	if asked != nil {
		http.Error(w, asked.Error(), http.StatusInternalServerError)
		return
	}
	if _, err := httpstream.Handshake(request, w, []string{remotecommand.StreamProtocolV4Name}); err != nil {
		return
	}
	opened := make(chan httpstream.Stream, 3)
	connection := spdy.NewResponseUpgrader().UpgradeResponse(w, request, func(s httpstream.Stream, _ <-chan struct{}) error {
		opened <- s
		return nil
	})
	if connection == nil {
		return
	}
	defer connection.Close()
	streams := map[string]httpstream.Stream{}
	for len(streams) < 3 {
		select {
		case s := <-opened:
			streams[s.Headers().Get(corev1.StreamType)] = s
		case <-time.After(10 * time.Second):
			return
		}
	}
	status := metav1.Status{Status: metav1.StatusSuccess}
	if verdict != "allow" {
		// What agnhost says of packets that are dropped; the suite takes nothing else for "denied".
		said := "TIMEOUT\n"
		if verdict != "deny" {
			said = verdict + "\n"
		}
		_, _ = io.WriteString(streams[corev1.StreamTypeStderr], said)
		status = metav1.Status{
			Status:  metav1.StatusFailure,
			Reason:  remotecommand.NonZeroExitCodeReason,
			Details: &metav1.StatusDetails{Causes: []metav1.StatusCause{{Type: remotecommand.ExitCodeCauseType, Message: "1"}}},
		}
	}
	for _, s := range streams {
		if s.Headers().Get(corev1.StreamType) == corev1.StreamTypeError {
			_ = json.NewEncoder(s).Encode(status)
		}
		_ = s.Close()
	}
	<-connection.CloseChan()
}

// connect asks the evaluator: may the pod open this connection, as the cluster stands now?
func (c *cluster) connect(ctx context.Context, from string, command []string) (string, error) {
	question := map[string]any{"from": from, "protocol": "TCP"}
	for _, word := range command {
		if protocol, ok := strings.CutPrefix(word, "--protocol="); ok {
			question["protocol"] = strings.ToUpper(protocol)
		} else if host, port, err := net.SplitHostPort(word); err == nil {
			question["to"], question["port"] = host, json.Number(port)
		}
	}
	objects, err := c.objects(ctx)
	if err != nil {
		return "", err
	}
	body, err := json.Marshal(map[string]any{"objects": objects, "question": question})
	if err != nil {
		return "", err
	}
	response, err := http.Post(c.evaluator, "application/json", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	verdict, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("the evaluator: %s", verdict)
	}
	return string(verdict), err
}

func (c *cluster) objects(ctx context.Context) ([]any, error) {
	var objects []any
	for _, list := range []struct{ version, kind string }{
		{"v1", "Namespace"}, {"v1", "Pod"},
		{networkingv1.SchemeGroupVersion.String(), "NetworkPolicy"},
		{api.GroupVersion.String(), "ClusterNetworkPolicy"},
	} {
		found := &unstructured.UnstructuredList{}
		found.SetAPIVersion(list.version)
		found.SetKind(list.kind + "List")
		if err := c.List(ctx, found); err != nil {
			return nil, err
		}
		for _, object := range found.Items {
			object.SetAPIVersion(list.version)
			object.SetKind(list.kind)
			objects = append(objects, object.Object)
		}
	}
	return objects, nil
}
