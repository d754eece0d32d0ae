namespace CoreNode.Proxy;

/// <summary>What a request may do, as far as sending it twice goes.</summary>
public enum RequestKind
{
    /// <summary>Reads: GET and HEAD without wait and without a body.</summary>
    Read,

    /// <summary>Waits for a change: sent twice it might be answered by another change.</summary>
    Wait,

    /// <summary>Everything else may change something.</summary>
    Write,
}
