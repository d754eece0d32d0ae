namespace CoreNode.Systemd;

/// <summary>Writes a call's arguments, on the connection's thread.</summary>
internal delegate void BusWrite(BusWriter writer);
