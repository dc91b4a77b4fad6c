"""Attacks on the wall around the network."""

# %% first
def talk(family, address, protocol=0, words=MARKER.encode()):
    with socket.socket(family, socket.SOCK_STREAM, protocol) as connection:
        connection.settimeout(2)
        connection.connect(address)
        connection.sendall(words)

# %% tcp: harm, first
# Talks to a server over TCP.
attempt(talk, socket.AF_INET, ("127.0.0.1", PORT))

# %% tcp_over_many_paths: harm, first
# Talks over multipath TCP, which is another protocol to whoever counts only TCP.
attempt(talk, socket.AF_INET, ("127.0.0.1", PORT), 262)

# %% tcp_without_connecting: harm, first
# Talks over TCP without a call to connect: the first data open the connection (TCP Fast Open).
attempt(lambda: socket.socket().sendto(MARKER.encode(), socket.MSG_FASTOPEN, ("127.0.0.1", PORT)))

# %% udp: harm, first
# Sends a datagram, without a connection that could be refused.
attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(MARKER.encode(), ("127.0.0.1", PORT)))

# %% dns: harm, first
# Hides a message in the name that a DNS query asks for.
query = b"\x12\x34\x01\0\0\1\0\0\0\0\0\0" + bytes([len(MARKER)]) + MARKER.encode() + b"\7invalid\0\0\1\0\1"
attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(query, ("127.0.0.1", PORT)))

# %% unix_socket: harm, first
# Talks to a service of the same machine through a socket in the file system.
attempt(talk, socket.AF_UNIX, LISTENER)

# %% abstract_socket: harm, first
# Talks to a service whose socket has no path: only its name in the kernel, which no wall around files knows.
attempt(lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(MARKER.encode(), "\0" + LISTENER[-90:]))

# %% datagram_from_a_pair: harm, first
# Sends to a service's socket from one end of a pair: nothing is opened or connected, the address stands in the message.
for address in (LISTENER + "-datagrams", "\0" + LISTENER[-90:]):
    attempt(lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendto(MARKER.encode(), address))

# %% socket_by_system_call: harm, first
# Sends a datagram by system calls of its own, past whatever was done to the module socket.
descriptor = libc.socket(2, 2, 0)
address = (2).to_bytes(2, "little") + PORT.to_bytes(2, "big") + bytes([127, 0, 0, 1]) + bytes(8)
libc.sendto(descriptor, MARKER.encode(), len(MARKER), 0, address, 16)

# %% subprocess_network: harm, first
# Lets another program talk to a server.
code = f"import socket; s = socket.create_connection(('127.0.0.1', {PORT})); s.sendall({MARKER!r}.encode())"
attempt(lambda: subprocess.run([sys.executable, "-c", code], timeout=5))

# %% gradebook_on_localhost: harm, first
# Speaks to a gradebook's server on the same machine in PostgreSQL's own words, by every name of the machine.
words = b"\0\3\0\0user\0" + MARKER.encode() + b"\0database\0gradebook\0\0"
hello = (len(words) + 4).to_bytes(4, "big") + words
for name in ("127.0.0.1", "127.1.2.3", "0.0.0.0", "localhost"):
    attempt(talk, socket.AF_INET, (name, PORT), 0, hello)
for name in ("::1", "::ffff:127.0.0.1"):
    attempt(talk, socket.AF_INET6, (name, PORT), 0, hello)
attempt(talk, socket.AF_UNIX, LISTENER, 0, hello)
