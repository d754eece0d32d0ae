namespace CoreNode.Cli.Pki;

/// <summary>A certificate that is to be issued.</summary>
/// <param name="Folder">The folder of the CA.</param>
/// <param name="Kind">"member", "client" or "admin".</param>
/// <param name="Name">Common name and name of the files.</param>
public sealed record CertificateWish(string Folder, string Kind, string Name)
{
    /// <summary>Host names and addresses; empty: none, or those of the present one if it is renewed.</summary>
    public IReadOnlyList<string> Sans { get; init; } = [];

    /// <summary>How long it is valid; null: as before, or as is usual.</summary>
    public TimeSpan? Lifetime { get; init; }

    /// <summary>Makes the successor of one that is there.</summary>
    public bool Renews { get; init; }

    /// <summary>Replaces whatever is there.</summary>
    public bool Replaces { get; init; }
}
