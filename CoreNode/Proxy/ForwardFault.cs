namespace CoreNode.Proxy;

/// <summary>How an attempt to forward a request failed.</summary>
public enum ForwardFault
{
    /// <summary>It did not.</summary>
    None,

    /// <summary>No connection could be made: the request certainly never left.</summary>
    NotConnected,

    /// <summary>
    /// A connection that had been used before broke before a byte of the answer came: most likely it was closed while
    /// idle, but the request may have arrived.
    /// </summary>
    StaleConnection,

    /// <summary>A new connection broke, or what came is no HTTP, before anything was passed on to the client.</summary>
    Broken,

    /// <summary>No answer in time.</summary>
    TimedOut,

    /// <summary>The answer broke off after its beginning was passed on to the client.</summary>
    CutOff,
}
