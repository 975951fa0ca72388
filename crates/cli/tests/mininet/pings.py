"""Starts an exported lab and lets hosts ping, or connect to a TCP port; every host that asks listens at port 80.

python3 pings.py LAB.py '[["a", "10.0.0.2"], ["a", "10.0.0.2", 8080], …]' → [[received, rtt_min_ms], [connected, null], …]
"""

import importlib.util
import json
import re
import sys
import time

LISTEN = '''
import socket
listening = socket.create_server(('0.0.0.0', 80))
while True:
    listening.accept()[0].close()
'''
CONNECT = '''
import socket, sys
socket.create_connection((sys.argv[1], int(sys.argv[2])), 2).close()
'''

spec = importlib.util.spec_from_file_location('exported', sys.argv[1])
exported = importlib.util.module_from_spec(spec)
spec.loader.exec_module(exported)
net = exported.lab()
asked = json.loads(sys.argv[2])
servers = []
try:
    if any(len(one) == 3 for one in asked):
        askers = sorted({one[0] for one in asked})
        servers = [net[host].popen([sys.executable, '-c', LISTEN]) for host in askers]
        time.sleep(1)
    measured = []
    for host, address, *port in asked:
        if port:
            _, _, code = net[host].pexec([sys.executable, '-c', CONNECT, address, str(port[0])])
            measured.append([int(code == 0), None])
            continue
        said, _, _ = net[host].pexec('ping -n -c 3 -i 0.2 -W 1 %s' % address)
        received = re.search(r'(\d+) received', said)
        least = re.search(r'= ([\d.]+)/', said)
        measured.append([int(received.group(1)) if received else 0, float(least.group(1)) if least else None])
    print(json.dumps(measured))
finally:
    for server in servers:
        server.kill()
    net.stop()
