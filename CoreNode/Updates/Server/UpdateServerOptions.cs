namespace CoreNode.Updates.Server;

/// <summary>Settings of an update server.</summary>
public sealed record UpdateServerOptions
{
    /// <summary>Its folder: "server.db" and "payloads" are in it. Absolute.</summary>
    public required string Folder { get; init; }

    /// <summary>What it calls itself in answers.</summary>
    public string Name { get; init; } = "corenode";

    /// <summary>Most machines of one application that it learns of by itself.</summary>
    public int MaxMachinesPerApp { get; init; } = 200_000;

    /// <summary>Most machines of one address (IPv6: network of 64 bits) that it learns of by itself.</summary>
    public int MaxMachinesPerAddress { get; init; } = 20_000;

    /// <summary>A machine of no group that was silent for so long is forgotten; groups say their own time.</summary>
    public TimeSpan ForgetAfter { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Events of machines are kept for so long.</summary>
    public TimeSpan KeepHistory { get; init; } = TimeSpan.FromDays(365);

    /// <summary>Most events of one machine that are kept.</summary>
    public int MaxHistoryPerMachine { get; init; } = 100;

    /// <summary>The audit log is kept for so long.</summary>
    public TimeSpan KeepAudit { get; init; } = TimeSpan.FromDays(3650);

    /// <summary>Most bytes of one file that is taken in.</summary>
    public long MaxFileBytes { get; init; } = 16L << 30;

    /// <summary>
    /// Signs of life that change nothing else are written after so long: what a crash may lose of "last seen".
    /// </summary>
    public TimeSpan SignsOfLife { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Most bytes of the database; where it is reached the disk counts as full.</summary>
    public long MaxDatabaseBytes { get; init; } = 32L << 30;

    /// <summary>Requests that wait for the ledger; more are refused.</summary>
    public int MaxWaiting { get; init; } = 4096;
}
