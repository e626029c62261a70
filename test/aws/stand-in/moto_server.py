"""A moto server on loopback, and a client to it.

Each line of stdin is a call, {"service", "operation", "input"}; each line of stdout is its answer, {"output"} or
{"error": {"code", "message"}}. {"reset": true} forgets all that was made. It ends when stdin does: whoever started it can die any death and leaves no process.
"""

import json
import logging
import os
import sys

ANSWERS = os.fdopen(os.dup(1), "w")
# Whatever else prints must not get between the answers.
os.dup2(2, 1)

os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"

import boto3
import botocore
import moto
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.moto_api._internal.models import moto_api_backend
from moto.server import ThreadedMotoServer

logging.getLogger("werkzeug").setLevel(logging.CRITICAL)


def say(answer):
    ANSWERS.write(json.dumps(answer, default=str) + "\n")
    ANSWERS.flush()


def main():
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    endpoint = "http://%s:%s" % server.get_host_and_port()
    say({"endpoint": endpoint, "moto": moto.__version__, "botocore": botocore.__version__})
    session = boto3.Session("stand-in", "stand-in", region_name="us-west-2")
    config = Config(retries={"max_attempts": 0}, proxies={}, parameter_validation=True)
    clients = {}

    def client(service, region):
        if (service, region) not in clients:
            clients[service, region] = session.client(
                service, region_name=region, endpoint_url=endpoint, config=config
            )
        return clients[service, region]

    for line in sys.stdin:
        call = json.loads(line)
        try:
            if "reset" in call:
                moto_api_backend.reset()
                say({"output": {}})
                continue
            made = client(call["service"], call["region"])
            # AWS takes a protocol by its number without ports; moto asks for some.
            for rule in call["input"].get("IpPermissions", []):
                if rule.get("IpProtocol", "").isdigit():
                    rule.setdefault("FromPort", -1)
                    rule.setdefault("ToPort", -1)
            output = made._make_api_call(call["operation"], call["input"])
            output.pop("ResponseMetadata", None)
            say({"output": output})
        except ClientError as error:
            said = error.response["Error"]
            # moto has no such operation: 404 is Flask's page for a path, 500 a NotImplementedError.
            unknown = said["Code"] in ("404", "500", "501")
            say({"error": {"code": said["Code"], "message": said.get("Message", ""), "unknown": unknown}})
        except Exception as error:
            say({"error": {"code": type(error).__name__, "message": str(error)}})


main()
