"""How many SIGPIPEs a send over descriptor 3 raises, whose peer is closed."""
import json
import signal
import socket

end = socket.socket(fileno=3)


def signals_of(flags):
    try:
        end.send(b'x', flags)
    except OSError:
        pass
    else:
        raise SystemExit('the send should have failed')
    count = 0
    while signal.sigtimedwait({signal.SIGPIPE}, 0):
        count += 1
    return count


signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPIPE})
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
print(json.dumps({'plain': signals_of(0), 'noSignal': signals_of(socket.MSG_NOSIGNAL)}))
