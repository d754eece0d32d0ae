namespace CoreNode.Updates.Server.Books;

/// <summary>An address that machines ask from, with their number. Owned by the ledger.</summary>
internal sealed class Source(string text)
{
    /// <summary>IPv4 address, or the IPv6 network of 64 bits; empty for unknown.</summary>
    public string Text { get; } = text;

    /// <summary>Machines that asked from it last.</summary>
    public int Machines { get; set; }
}
