namespace CoreNode.Updates.Omaha;

/// <summary>What a response means for the machine that asked.</summary>
public abstract record UpdateReply
{
    private UpdateReply()
    {
    }

    /// <summary>The server's wish for the next check, if it has one.</summary>
    public TimeSpan? PollInterval { get; init; }

    /// <summary>There is an update.</summary>
    public sealed record Offered(UpdateOffer Offer) : UpdateReply;

    /// <summary>The machine has the newest version that is meant for it.</summary>
    public sealed record UpToDate : UpdateReply;

    /// <summary>There is one, but not now; no failure.</summary>
    public sealed record Held(OmahaHold Hold) : UpdateReply;

    /// <summary>Event or ping was taken; nothing was asked.</summary>
    public sealed record Acknowledged : UpdateReply;

    /// <summary>The server refused, or its answer contradicts itself.</summary>
    public sealed record Failed(OmahaFault Fault) : UpdateReply;
}
