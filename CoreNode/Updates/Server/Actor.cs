namespace CoreNode.Updates.Server;

/// <summary>Who orders a change: what the audit log says.</summary>
/// <param name="Name">"token ops", "local root", "sync".</param>
/// <param name="From">Where from: an address, "unix socket", or nothing.</param>
public sealed record Actor(string Name, string From = "")
{
    /// <summary>The server itself: ageing, synchronisation, an error stop.</summary>
    public static Actor Server { get; } = new("server");
}
