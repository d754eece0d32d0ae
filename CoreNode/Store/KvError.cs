namespace CoreNode.Store;

/// <summary>
/// Why a store refused, as it said it. <paramref name="Code"/> is one of <see cref="ErrorCode"/> or, from another
/// etcd version, any number; 0 if the answer was no v2 error at all.
/// </summary>
public sealed record KvError(int Code, string Message, string Cause, ulong Index)
{
    /// <summary>True for that code.</summary>
    public bool Is(ErrorCode code) => Code == (int)code;

    /// <summary>As etcd's own client prints it; only the message where there is no code.</summary>
    public override string ToString() => Code == 0 ? Message : $"{Code}: {Message} ({Cause}) [{Index}]";
}
