namespace CoreNode.Api.Client;

/// <summary>Kinds of failure to get an answer from an endpoint.</summary>
public enum EndpointFault
{
    /// <summary>Its name could not be resolved.</summary>
    Resolve,

    /// <summary>No connection could be made.</summary>
    Connect,

    /// <summary>TLS could not be agreed on.</summary>
    Tls,

    /// <summary>The connection broke before the whole answer was there.</summary>
    Broken,

    /// <summary>No answer within the time limit.</summary>
    Timeout,

    /// <summary>It answered that it cannot serve now (5xx).</summary>
    Unavailable,
}
