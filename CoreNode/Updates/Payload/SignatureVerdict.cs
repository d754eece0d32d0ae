namespace CoreNode.Updates.Payload;

/// <summary>What comes of the check of signatures.</summary>
public enum SignatureVerdict
{
    /// <summary>One of them is by a key that is trusted. The only one that lets anything through.</summary>
    Trusted = 1,

    /// <summary>None of them is.</summary>
    Untrusted = 2,

    /// <summary>There is no key at all.</summary>
    NoKey = 3,
}
