"""Starts an exported lab and lets hosts ping: python3 pings.py LAB.py '[["a", "10.0.0.2"], …]' → [[received, rtt_min_ms], …]"""

import importlib.util
import json
import re
import sys

spec = importlib.util.spec_from_file_location('exported', sys.argv[1])
exported = importlib.util.module_from_spec(spec)
spec.loader.exec_module(exported)
net = exported.lab()
try:
    measured = []
    for host, address in json.loads(sys.argv[2]):
        said, _, _ = net[host].pexec('ping -n -c 3 -i 0.2 -W 1 %s' % address)
        received = re.search(r'(\d+) received', said)
        least = re.search(r'= ([\d.]+)/', said)
        measured.append([int(received.group(1)) if received else 0, float(least.group(1)) if least else None])
    print(json.dumps(measured))
finally:
    net.stop()
