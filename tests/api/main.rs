//! The HTTP side, through the router and without a socket.
