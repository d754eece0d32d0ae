namespace CoreNode.Updates.Lifecycle;

/// <summary>What is known of this machine's surroundings while something outside fails.</summary>
public sealed record SiteEvidence
{
    /// <summary>Addresses of other machines that are known.</summary>
    public int Others { get; init; }

    /// <summary>How many of them took a connection.</summary>
    public int Connected { get; init; }

    /// <summary>
    /// How many other members make a majority together with this one; zero where this machine is none.
    /// </summary>
    public int OthersOfQuorum { get; init; }

    /// <summary>The update server that this machine tried; empty: none.</summary>
    public string Server { get; init; } = "";

    /// <summary>Whether it took a connection; null: none was tried.</summary>
    public bool? IsServerConnected { get; init; }

    /// <summary>What those said that answered, in the order in which they were asked.</summary>
    public IReadOnlyList<WitnessAccount> Accounts { get; init; } = [];

    /// <summary>Why the first of those that said nothing did not; empty if there is none.</summary>
    public string Problem { get; init; } = "";

    /// <summary>The interfaces of this machine; null: they could not be looked at.</summary>
    public MachineLinks? Links { get; init; }
}
