namespace CoreNode.Proxy;

/// <summary>What to do after an attempt failed.</summary>
public enum ForwardStep
{
    /// <summary>Ask the same member on a new connection.</summary>
    SameMember,

    /// <summary>Ask the next member.</summary>
    NextMember,

    /// <summary>Tell the client that nobody was reached and nothing was changed.</summary>
    TellUnreached,

    /// <summary>Tell the client that no answer came, of a request that changes nothing.</summary>
    TellLost,

    /// <summary>Tell the client that its write may have happened, or not.</summary>
    TellUnknown,

    /// <summary>End the client's answer: its beginning is out already.</summary>
    EndAnswer,
}
