namespace CoreNode.Systemd;

/// <summary>Reads an answer or a signal, on the connection's thread.</summary>
internal delegate void BusRead(BusReader reader);
